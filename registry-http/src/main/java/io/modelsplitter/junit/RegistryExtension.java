package io.modelsplitter.junit;

import io.modelsplitter.Context;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.TaskRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands registries in memory, served over HTTP, to the tests of JUnit Jupiter that ask for them.
 *
 * <pre>{@code
 * @ExtendWith(RegistryExtension.class)
 * class MySplitterTest {
 *   @Test
 *   void split_aSmallModel_registersItsLayers(TestRegistry registry) {
 *     Task task = registry.run(MySplitter::new, taskData);
 *     assertEquals(TaskStatus.COMPLETE, task.taskStatus());
 *   }
 * }
 * }</pre>
 *
 * <p>A parameter can be a {@link TestRegistry}, one of its ports ({@link ModelLayerRegistry},
 * {@link TaskRegistry}, {@link BlockRegistry}, {@link SplitRunnerRegistry}), or a {@link Context}
 * with a task of its own and {@link TestRegistry#TASK_DATA}. All parameters of one test are of the
 * same registries. They are new for each test, and closed after it; those that a {@code @BeforeAll}
 * method or a constructor asks for are the same for all tests of the class.
 *
 * <p>Needs {@code model-splitter-registry-embedded} beside this module. Tests may run side by side.
 */
public final class RegistryExtension implements ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(RegistryExtension.class);

  private static final Map<Class<?>, Function<TestRegistry, Object>> PARAMETERS =
      Map.of(
          TestRegistry.class, registry -> registry,
          ModelLayerRegistry.class, TestRegistry::modelLayers,
          TaskRegistry.class, TestRegistry::tasks,
          BlockRegistry.class, TestRegistry::blocks,
          SplitRunnerRegistry.class, TestRegistry::splitRunners,
          Context.class, registry -> registry.context(TestRegistry.TASK_DATA));

  /** Used by JUnit. */
  public RegistryExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return PARAMETERS.containsKey(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    Class<?> type = parameter.getParameter().getType();
    Function<TestRegistry, Object> resolver = PARAMETERS.get(type);
    if (resolver == null) {
      throw new IllegalArgumentException("no registry is a " + type.getName());
    }
    return resolver.apply(registry(test));
  }

  /** Once for all parameters of a test, by the method that older versions of JUnit have, too. */
  @SuppressWarnings("deprecation")
  private static TestRegistry registry(ExtensionContext test) {
    Held held =
        test.getStore(NAMESPACE)
            .getOrComputeIfAbsent(Held.class, key -> new Held(new TestRegistry()), Held.class);
    return Objects.requireNonNull(held).registry;
  }

  /** What JUnit closes with the test: the newer JUnit as the one interface, the older the other. */
  @SuppressWarnings("deprecation")
  private record Held(TestRegistry registry) implements Store.CloseableResource, AutoCloseable {
    @Override
    public void close() {
      registry.close();
    }
  }
}
