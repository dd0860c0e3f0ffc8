extension DownSampler: HLSBlock {
  /// A word in per iteration, forwarded if its pixel is kept.
  package func timing() -> BlockTiming { schedule.timing(loops) }

  private var loops: [Loop] {
    let (rows, columns) = (inputSize[0], inputSize[1])
    let kept = Loop.run(channelFold, reads: 1, writes: 1)
    let dropped = Loop.run(min(stride - 1, max(rows, columns)) * channelFold, reads: 1)
    /// `count` positions along an axis, every stride-th kept.
    func row(_ count: Int) -> [Loop] {
      guard count > 1 else { return [kept] }
      let last = (count - 1) / stride
      return [
        .repeated(last, [kept, dropped]), kept,
        .run((count - 1 - last * stride) * channelFold, reads: 1),
      ]
    }
    let skipped = Loop.run(columns * channelFold, reads: 1)
    let last = (rows - 1) / stride
    return [
      .repeated(last, row(columns) + [.repeated(min(stride - 1, rows), [skipped])])
    ] + row(columns) + [.repeated(rows - 1 - last * stride, [skipped])]
  }

  var hlsWork: HLSWork { HLSWork(.other(stages: 3), iterations: Loop.iterations(loops)) }
}
