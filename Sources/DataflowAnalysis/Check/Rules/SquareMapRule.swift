/// GlobalAccPool_hls knows one side of its map.
enum SquareMapRule: GraphRule {
  static let info = RuleInfo(
    "SR307", "square-map", .error,
    summary: "A GlobalAccPool_hls over a map that is not square sums up other pixels.",
    reason: """
      The HLS block (AccPool_Batch of finn-hlslib) takes numInputVectors[1], the height, for both sides: a \
      frame is height × height pixels to it. Of a wider map the rest is counted to the next frame; of a \
      higher or a one-dimensional one it waits for the next frames' pixels. simrun computes the map as it \
      is meant.
      """)

  static func diagnostics(_ facts: DesignFacts) -> [Diagnostic] {
    zip(facts.design.nodes, facts.blocks).compactMap { node, block in
      guard let map = (block as? GlobalAccPool)?.mapThatIsNotSquare else { return nil }
      return info.found(
        "the hardware sums up \(map.height) × \(map.height) pixels for a frame, the map has "
          + "\(map.height) × \(map.width)", node: node.name, at: "attribute 'numInputVectors'",
        numbers: [
          "height": map.height, "width": map.width, "pixels": map.height * map.width,
          "summed": map.height * map.height,
        ], allowed: "a square map",
        advice:
          "a depthwise VVAU with weights of 1 over the whole map, or a map that is cut or padded square"
      )
    }
  }

  static let bad = RuleExample([
    (
      "Pool", "GlobalAccPool_hls",
      [
        "NumChannels": .int(2), "PE": .int(1), "inputDataType": .string("UINT4"),
        "numInputVectors": .ints([1, 4, 6]),
      ]
    )
  ])
  static let good = bad.with("Pool", ["numInputVectors": .ints([1, 4, 4])])
}
