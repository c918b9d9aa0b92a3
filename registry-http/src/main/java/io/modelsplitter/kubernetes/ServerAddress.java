package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import okhttp3.Authenticator;
import okhttp3.ConnectionSpec;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Where a cluster is that somebody named: an https URL whose host is looked up once, and checked.
 *
 * @param field its name for messages
 * @param url as it was given
 * @param serverName what its certificate must be for, where that is not the host
 */
record ServerAddress(String field, HttpUrl url, @Nullable String serverName) {
  /** A name, and no way to write an address: those are called without being looked up. */
  private static final Pattern NAME =
      Pattern.compile("(?=.*[a-zA-Z])[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");

  static ServerAddress check(
      String field, @Nullable String server, String nameField, @Nullable String serverName) {
    HttpUrl url = server == null ? null : HttpUrl.parse(server);
    if (url == null
        || !url.isHttps()
        || !url.username().isEmpty()
        || !url.password().isEmpty()
        || url.query() != null
        || url.fragment() != null) {
      throw new BadInputException(
          field
              + " must be an https URL without a user, a query and a fragment"
              + (server == null ? "; it is missing" : ""));
    }
    boolean named = serverName != null && !serverName.isEmpty();
    if (named && !NAME.matcher(serverName).matches()) {
      throw new BadInputException(nameField + " must be a DNS name, not " + Json.show(serverName));
    }
    return new ServerAddress(field, url, named ? serverName : null);
  }

  /**
   * The URL to call. With another server name, that name stands in it, so that it is what TLS asks
   * for and checks; where it is looked up, the checked addresses come out.
   */
  String baseUrl() {
    return (serverName == null ? url : url.newBuilder().host(serverName).build()).toString();
  }

  /** Looks the host up, once. */
  Resolved resolve(boolean allowLocalAddresses) {
    List<InetAddress> addresses;
    try {
      addresses = List.of(InetAddress.getAllByName(url.host()));
    } catch (UnknownHostException e) {
      throw new UnavailableException(
          "cannot reach the cluster: " + field + " " + url.host() + " is not known", e);
    }
    for (InetAddress address : addresses) {
      if (!allowLocalAddresses && LocalAddresses.isLocal(address)) {
        throw new BadInputException(
            field
                + " "
                + url.host()
                + (address.getHostAddress().equals(url.host())
                    ? ""
                    : " (" + address.getHostAddress() + ")")
                + " is an address of this machine, its network or its cloud, which is not allowed");
      }
    }
    return new Resolved(this, addresses);
  }

  /** A place whose addresses were checked. */
  record Resolved(ServerAddress server, List<InetAddress> addresses) {

    /** A client that calls these addresses and nothing else. */
    OkHttpClient client(Tls tls, @Nullable String authorization) {
      String called = server.serverName == null ? server.url.host() : server.serverName;
      OkHttpClient.Builder http =
          new OkHttpClient.Builder()
              .dns(new Pinned(called, addresses))
              .proxy(Proxy.NO_PROXY) // whatever this process was told of one
              .followRedirects(false)
              .followSslRedirects(false)
              .authenticator(Authenticator.NONE)
              .connectionSpecs(List.of(ConnectionSpec.MODERN_TLS))
              .addInterceptor(chain -> chain.proceed(complete(chain.request(), authorization)));
      tls.applyTo(http);
      return http.build();
    }

    private Request complete(Request request, @Nullable String authorization) throws IOException {
      Request.Builder builder = request.newBuilder();
      if (authorization != null) {
        builder.header("Authorization", authorization);
      }
      if (server.serverName != null) {
        HttpUrl url = server.url;
        String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
        builder.header("Host", url.port() == 443 ? host : host + ":" + url.port());
      }
      return builder.build();
    }
  }

  /** Answers with what was looked up before; asks nobody. */
  private record Pinned(String host, List<InetAddress> addresses) implements Dns {
    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
      if (!hostname.equalsIgnoreCase(host)) {
        throw new UnknownHostException(hostname + " is not the cluster");
      }
      return addresses;
    }
  }
}
