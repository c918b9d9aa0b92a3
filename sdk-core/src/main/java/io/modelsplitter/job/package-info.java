/**
 * Split jobs: what a client asks for, the port that launches it, and the service that makes a task
 * of it and follows it to its end.
 */
@NullMarked
package io.modelsplitter.job;

import org.jspecify.annotations.NullMarked;
