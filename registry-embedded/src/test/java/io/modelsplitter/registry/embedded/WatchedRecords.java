package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.SplitRunnerRecords;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Records whose calls somebody looks at. */
final class WatchedRecords {

  private WatchedRecords() {}

  /**
   * Hands each call on.
   *
   * @param called is told the name of each method before it is called, and may throw instead
   * @param answered is told it again with the answer
   */
  static SplitRunnerRecords of(
      SplitRunnerRecords records,
      Consumer<String> called,
      BiConsumer<String, @Nullable Object> answered) {
    Class<SplitRunnerRecords> port = SplitRunnerRecords.class;
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              called.accept(method.getName());
              try {
                Object answer = method.invoke(records, arguments);
                answered.accept(method.getName(), answer);
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
