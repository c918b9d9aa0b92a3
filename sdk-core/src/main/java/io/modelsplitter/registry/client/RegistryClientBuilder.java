package io.modelsplitter.registry.client;

import io.modelsplitter.error.BadInputException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says how a client reaches its registry. For one thread.
 *
 * <pre>{@code
 * ModelLayerClient layers =
 *     ModelLayerClient.builder("https://layers.example.com").token(token).retries(5).build();
 * }</pre>
 *
 * <p>All clients of a process share one pool of connections.
 *
 * @param <C> the client
 */
public final class RegistryClientBuilder<C> {
  private static final int MAX_RETRIES = 20;

  private final String url;
  private final Function<ClientSettings, C> client;
  private @Nullable String token;
  private Duration connectTimeout = ClientSettings.CONNECT_TIMEOUT;
  private Duration timeout = ClientSettings.TIMEOUT;
  private int retries = ClientSettings.RETRIES;

  RegistryClientBuilder(String url, Function<ClientSettings, C> client) {
    this.url = url;
    this.client = client;
  }

  /**
   * Sent as Bearer with every call; none by default.
   *
   * @param token without {@code Bearer}; null for none
   * @return this builder
   */
  public RegistryClientBuilder<C> token(@Nullable String token) {
    this.token = token;
    return this;
  }

  /**
   * How long a connection may take; 5 seconds by default.
   *
   * @param connectTimeout a millisecond to a day
   * @return this builder
   */
  public RegistryClientBuilder<C> connectTimeout(Duration connectTimeout) {
    this.connectTimeout = checked("connectTimeout", connectTimeout);
    return this;
  }

  /**
   * How long the registry may be silent while it is asked or answers; 30 seconds by default. Calls
   * that wait for a cluster have at least ten minutes.
   *
   * @param timeout a millisecond to a day
   * @return this builder
   */
  public RegistryClientBuilder<C> timeout(Duration timeout) {
    this.timeout = checked("timeout", timeout);
    return this;
  }

  /**
   * How often a call is repeated when the registry is away or busy; 3 by default, 0 for never. What
   * could be done twice by that, such as creating a task, is repeated only when it was surely not
   * done.
   *
   * @param retries 0 to 20
   * @return this builder
   */
  public RegistryClientBuilder<C> retries(int retries) {
    if (retries < 0 || retries > MAX_RETRIES) {
      throw new BadInputException("retries must be from 0 to " + MAX_RETRIES + ", not " + retries);
    }
    this.retries = retries;
    return this;
  }

  /**
   * {@return the client; nothing is sent yet}
   *
   * @throws BadInputException when the URL is none
   */
  public C build() {
    return client.apply(new ClientSettings(url, token, connectTimeout, timeout, retries));
  }

  private static Duration checked(String name, Duration value) {
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new BadInputException(name + " must be from 1 ms to a day, not " + value);
    }
    return value;
  }
}
