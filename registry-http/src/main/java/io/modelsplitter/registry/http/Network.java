package io.modelsplitter.registry.http;

import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the sockets and the routes.
 *
 * @param tls null for plain HTTP
 */
record Network(
    String host,
    Limits limits,
    SslContextFactory.@Nullable Server tls,
    Connections connections,
    RunningRequests requests) {
  static Network of(String host, Limits limits, SslContextFactory.@Nullable Server tls) {
    Connections connections = new Connections(limits);
    return new Network(host, limits, tls, connections, new RunningRequests(limits, connections));
  }

  void configure(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(limits.headerBytes());
    http.addCustomizer(new SingleSlashes());
  }

  void configure(Server server) {
    server.setErrorHandler(new JettyErrors());
    server.setHandler(new ArrivingBodies(connections, requests));
  }

  Connector connector(Server server, HttpConfiguration http, int port) {
    ServerConnector connector;
    if (tls == null) {
      connector = new ServerConnector(server, new HttpConnectionFactory(http));
    } else {
      HttpConfiguration https = new HttpConfiguration(http);
      https.addCustomizer(new SecureRequestCustomizer(false)); // an address is a name here, too
      connector = new ServerConnector(server, tls, new HttpConnectionFactory(https));
    }
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(limits.idle().toMillis());
    connector.addBean(connections);
    return connector;
  }

  /** Stops taking anything new, and waits for what runs. */
  void stopTaking() {
    requests.stopTaking();
  }

  /** The beginning of the server's URL. */
  String scheme() {
    return tls == null ? "http" : "https";
  }
}
