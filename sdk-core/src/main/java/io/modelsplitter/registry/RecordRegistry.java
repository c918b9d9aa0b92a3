package io.modelsplitter.registry;

import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the registries of records with a key and a version have in common: they are read, changed,
 * forgotten and asked alike, whatever they hold.
 *
 * <p>Every method may throw {@link io.modelsplitter.error.UnavailableException} when the registry
 * cannot be reached. Implementations are thread-safe.
 *
 * @param <T> the record
 */
public interface RecordRegistry<T> {

  /**
   * {@return the record with this key}
   *
   * @param id the key of the record
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  Stored<T> get(String id);

  /**
   * Changes the record with this key in one step, whoever else changes it.
   *
   * @param id the key of the record
   * @param update what to change
   * @return the record as it is now, also when nothing changed
   * @throws io.modelsplitter.error.NotFoundException when there is none
   * @throws io.modelsplitter.error.BadInputException when the result would not be a valid record
   */
  Stored<T> update(String id, Update update);

  /**
   * As {@link #update(String, Update)}, if the record has this version; so nobody else's change is
   * overwritten that was made since it was read.
   *
   * @param id the key of the record
   * @param update what to change
   * @param version the version that the caller has read
   * @return the record as it is now
   * @throws io.modelsplitter.error.VersionConflictException when it has another version; it carries
   *     the record as it is
   */
  Stored<T> update(String id, Update update, long version);

  /**
   * Forgets the record with this key.
   *
   * @param id the key of the record
   * @throws io.modelsplitter.error.NotFoundException when there is none
   */
  void delete(String id);

  /**
   * Hands over the records that match, one by one and in the order of the query, without holding
   * them all.
   *
   * @param query what must hold, in which order, how many at most, and from where on
   * @param action called for each, one after the other, by this thread
   * @return where to go on, when the query's limit cut the answer short
   */
  Optional<String> query(Query query, Consumer<? super T> action);

  /**
   * {@return how the registry would answer the query: from an index, by matching records, by a
   * scan}
   *
   * @param query what must hold, in which order, how many at most, and from where on
   */
  Explanation explain(Query query);

  /**
   * {@return all records that match, in the order in which they were registered}
   *
   * @param filter what must hold
   */
  default List<T> query(Filter filter) {
    List<T> records = new ArrayList<>();
    query(Query.of(filter), records::add);
    return records;
  }
}
