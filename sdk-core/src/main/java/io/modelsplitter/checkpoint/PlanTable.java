package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** A plan as a table: a line for each rank, then what is held more than once. */
final class PlanTable {

  private PlanTable() {}

  static String of(SplitPlan plan) {
    StringBuilder table = new StringBuilder();
    line(
        table,
        "%s, %d layers, %s: %d stages of %d",
        plan.architecture(),
        plan.layers(),
        plan.strategy(),
        plan.stages(),
        plan.tpDegree());
    line(
        table,
        "%4s  %5s  %7s  %9s  %7s  %14s  %16s",
        "rank",
        "stage",
        "tp rank",
        "layers",
        "tensors",
        "parameters",
        "bytes");
    for (RankPlan rank : plan.ranks()) {
      line(
          table,
          "%4d  %5d  %7d  %9s  %7d  %,14d  %,16d",
          rank.rank(),
          rank.stage(),
          rank.tpRank(),
          rank.firstLayer() + "-" + (rank.endLayer() - 1),
          rank.parts().size(),
          rank.parameters(),
          rank.bytes());
    }
    Map<Share, Long> bytes = new EnumMap<>(Share.class);
    Map<Share, Integer> counts = new EnumMap<>(Share.class);
    for (RankPlan rank : plan.ranks()) {
      for (TensorPart part : rank.parts()) {
        bytes.merge(part.share(), part.bytes(), Long::sum);
        counts.merge(part.share(), 1, Integer::sum);
      }
    }
    bytes.remove(Share.OWN);
    bytes.forEach(
        (share, sum) ->
            line(
                table,
                "copies, %s: %d, %,d bytes",
                share.wireName(),
                counts.getOrDefault(share, 0),
                sum));
    return table.toString();
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
