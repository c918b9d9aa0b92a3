package io.modelsplitter.registry.http;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Ports whose calls go on to other ones. */
final class Forwarding {

  private Forwarding() {}

  /** A call of a port's method. */
  static final class Call {
    private final Method method;
    private final @Nullable Object @Nullable [] arguments;

    private Call(Method method, @Nullable Object @Nullable [] arguments) {
      this.method = method;
      this.arguments = arguments;
    }

    String name() {
      return method.getName();
    }

    /** Makes it, and answers or throws what that one does. */
    @Nullable Object on(Object port) throws Throwable {
      try {
        return method.invoke(port, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  /** What is done with each call. */
  interface Way {
    @Nullable Object take(Call call) throws Throwable;
  }

  static <P> P port(Class<P> port, Way way) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> way.take(new Call(method, arguments))));
  }
}
