/// Moves a tensor between memory and a stream. The memory side has words of `intfWidth` bits and no
/// folded shape; the stream side has words of `streamWidth` bits.
///
/// Source: docs/reference/finn-dialect.md#attributes-of-each-op, #shapes-and-cycles, #memory-dmas.
package struct IODMA: Block {
  package static let opTypes = ["IODMA_hls"]
  package static let summary = "Moves a tensor between memory and a stream"
  package static let attributes: [AttributeSpec] = [
    .int("NumChannels", "elements of the last dimension"),
    .dataType("dataType", "element type"),
    .int("streamWidth", default: 32, "bits of a stream word"),
    .int("intfWidth", default: 32, "bits of a memory word"),
    .string(
      "burstMode", oneOf: ["increment", "wrap"], default: "increment",
      "wrap: read the same memory again and again"),
    .string("direction", oneOf: ["in", "out"], default: "in", "in: from memory"),
    .ints("numInputVectors", default: [1], "leading dimensions"),
    .string("intfName", default: "", "name of the memory interface"),
    .int("burst_beats", default: 16, "memory words of a burst (simrun)"),
    .int(
      "burst_gap", in: 0...AttributeSpec.maximumInt, default: 0,
      "cycles without data between bursts (simrun)"),
    .int(
      "memory_latency", in: -1...1 << 20, default: -1,
      "cycles from an address to its first beat, or to the response; -1: 64 (simrun)"),
  ]

  package let node: NodeSettings
  package let channels: Int
  package let dataType: DataType
  /// Bits of a stream word.
  package let streamWidth: Int
  /// Bits of a memory word.
  package let intfWidth: Int
  package let wraps: Bool
  /// True: from memory to the stream.
  package let readsMemory: Bool
  package let numInputVectors: [Int]
  /// Memory words of a burst, and cycles without data between bursts.
  package let burst: (beats: Int, gap: Int)
  /// Cycles from an address to its first beat, or from the last beat to the response.
  package let memoryLatency: Int
  /// Whether the design says so.
  let statesMemoryLatency: Bool

  package init(_ a: Attributes) throws {
    node = a.settings
    channels = a.int("NumChannels")
    dataType = a.dataType("dataType")
    streamWidth = a.int("streamWidth")
    intfWidth = a.int("intfWidth")
    wraps = a.string("burstMode") == "wrap"
    readsMemory = a.string("direction") == "in"
    numInputVectors = a.ints("numInputVectors")
    burst = (a.int("burst_beats"), a.int("burst_gap"))
    // `latency` meant the same before there was an attribute of that name.
    let stated = a.int("memory_latency") >= 0 ? a.int("memory_latency") : a.int("latency")
    statesMemoryLatency = stated >= 0
    memoryLatency = stated >= 0 ? stated : 64
    try a.size("a tensor", numInputVectors + [channels])
    for (name, width) in [("streamWidth", streamWidth), ("intfWidth", intfWidth)] {
      try a.require(width % 8 == 0, name, "is not a multiple of 8")
      try a.require(
        totalBits % width == 0, name, "does not divide the frame of \(totalBits) bits")
    }
    try a.require(
      streamWidth % dataType.bits == 0, "streamWidth",
      "is not a multiple of the \(dataType.bits) bits of an element")
    try a.require(
      channels * dataType.bits % streamWidth == 0, "streamWidth",
      "does not divide the \(channels * dataType.bits) bits of the last dimension")
  }

  /// Bits of a frame.
  package var totalBits: Int { product(numInputVectors) * channels * dataType.bits }
  /// Memory words of a frame.
  package var memoryWords: Int { totalBits / intfWidth }
  /// Stream words of a frame.
  package var streamWords: Int { totalBits / streamWidth }

  private var memoryPort: Port {
    Port(
      normal: numInputVectors + [channels], dataType: dataType, width: intfWidth,
      words: memoryWords)
  }
  private var streamPort: Port {
    Port(
      leading: numInputVectors, channels: channels, parallel: streamWidth / dataType.bits,
      dataType: dataType)
  }
  package var inputs: [Port] { [readsMemory ? memoryPort : streamPort] }
  package var outputs: [Port] { [readsMemory ? streamPort : memoryPort] }
  package var expectedCycles: Int { 0 }
  package var numberOfOutputValues: Int { streamWords }

  package static var role: BlockRole { .memoryAccess }
  package static var passesValuesOn: Bool { true }
}
