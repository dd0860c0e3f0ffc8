/// The window must bring the channels in the groups that its reader takes.
enum WindowOrderRule: GraphRule {
  static let info = RuleInfo(
    "SR103", "window-order", .error,
    summary: "A sliding window brings channels in other groups than its reader takes.",
    reason: """
      A depthwise sliding window emits SIMD channels of every kernel pixel, then the next SIMD \
      channels; one that is not depthwise emits whole pixels. Pool and VVAU take PE channels of every \
      pixel, an MVAU whole pixels. Where the groups differ every window is mixed up. Widths and word \
      counts are right all the same, and a width converter cannot repair the order.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    facts.connections.compactMap { connection in
      guard let window = facts.blocks[connection.writer.node] as? SlidingWindow,
        window.kernelPixels > 1, connection.reader.port == 0,
        let taken = group(facts.blocks[connection.reader.node], window)
      else { return nil }
      let brought = window.depthwise ? window.simd : window.channels
      guard brought != taken.channels else { return nil }
      return found(facts, connection, window, brought: brought, taken)
    }
  }

  private struct Group {
    /// Channels of a pixel that the reader takes before it goes on to the next pixel.
    var channels: Int
    /// Nil: whole pixels.
    var attribute: String?
  }

  private static func group(_ reader: any Block, _ window: SlidingWindow) -> Group? {
    switch reader {
    case let pool as Pool where pool.kernelPixels > 1: Group(channels: pool.pe, attribute: "PE")
    case let layer as VectorVector: Group(channels: layer.pe, attribute: "PE")
    case is MatrixVector: Group(channels: window.channels, attribute: nil)
    default: nil
    }
  }

  private static func found(
    _ facts: DesignFacts, _ connection: DesignFacts.Connection, _ window: SlidingWindow,
    brought: Int, _ taken: Group
  ) -> Diagnostic {
    let feeder = facts.label(connection.writer.node)
    let how =
      window.depthwise
      ? "depthwise with SIMD \(window.simd)"
      : "not depthwise, so whole pixels of \(brought) channels"
    let wants = taken.attribute.map {
      "takes \($0) = \(taken.channels) channels of each pixel in turn"
    }
    let advice =
      taken.attribute == nil
      ? "depthwise 0 (or SIMD \(window.channels)) at \(facts.name(connection.writer.node))"
      : "depthwise 1 and SIMD \(taken.channels) at \(facts.name(connection.writer.node))"
    return info.found(
      "\(wants ?? "takes whole pixels of \(taken.channels) channels"), but \(feeder) is \(how)",
      node: facts.name(connection.reader.node), at: taken.attribute.map { "attribute '\($0)'" },
      numbers: [
        "windowGroup": brought, "readerGroup": taken.channels, "channels": window.channels,
      ],
      advice: advice)
  }

  static let bad = RuleExample([
    (
      "Window", "ConvolutionInputGenerator_rtl",
      [
        "ConvKernelDim": .ints([3, 3]), "IFMChannels": .int(8), "IFMDim": .ints([6, 6]),
        "OFMDim": .ints([4, 4]), "SIMD": .int(2), "inputDataType": .string("INT4"),
        "depthwise": .int(1),
      ]
    ),
    (
      "Pool", "Pool_hls",
      [
        "Channels": .int(8), "PE": .int(4), "KernelSize": .ints([3, 3]),
        "Function": .string("MaxPool"), "OutImgDims": .ints([4, 4]),
        "InputDataType": .string("INT4"), "OutputDataType": .string("INT4"),
      ]
    ),
  ])
  static let good = bad.with("Window", ["SIMD": .int(4)])
}
