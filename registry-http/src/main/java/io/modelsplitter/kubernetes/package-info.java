/**
 * Split jobs on a Kubernetes cluster. {@link io.modelsplitter.kubernetes.KubernetesJobLauncher}
 * makes a Job of each; {@link io.modelsplitter.kubernetes.KubernetesClient} is the way to the
 * cluster.
 *
 * <p>Of the client library, its models make what is sent and its API classes know where to send it.
 * What comes back is read as plain JSON, and only where something is looked for: the models refuse
 * a field that they do not know, so a cluster of a later version would stop the watching, and they
 * refuse the bookmarks of every version.
 */
@NullMarked
package io.modelsplitter.kubernetes;

import org.jspecify.annotations.NullMarked;
