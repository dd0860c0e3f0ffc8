import DataflowSim
import Testing

/// Blocks are made once for what decides them, and only for that.
@Suite struct MadeBlocksTests {
  private func key(
    _ pe: Int = 2, clockMHz: Double = 100, part: String? = nil,
    generation: FINNGeneration = .default
  ) -> MadeBlocks.Key {
    MadeBlocks.Key(
      opType: "DuplicateStreams_hls", attributes: ["PE": .int(pe)], part: part, clockMHz: clockMHz,
      generation: generation)
  }

  private func block() throws -> any Block {
    try BlockCatalogue.make(
      opType: "DuplicateStreams_hls",
      attributes: [
        "PE": .int(2), "NumChannels": .int(4), "NumOutputStreams": .int(2),
        "inputDataType": .string("INT4"), "numInputVectors": .ints([1]),
      ], part: nil, clockMHz: 100)
  }

  @Test func isMadeOncePerKey() throws {
    let blocks = MadeBlocks()
    var made = 0
    func ask(_ key: MadeBlocks.Key) throws {
      _ = try blocks.block(key) {
        made += 1
        return try block()
      }
    }
    for _ in 0..<3 { try ask(key()) }
    #expect(made == 1)
    let others = [
      key(4), key(clockMHz: 200), key(part: "xc7z020clg400-1"), key(generation: .v0_7),
    ]
    for other in others { try ask(other) }
    #expect(made == 1 + others.count)
  }

  @Test func faultIsToldEveryTime() throws {
    let blocks = MadeBlocks()
    for _ in 0..<2 {
      #expect(throws: InputError.self) {
        _ = try blocks.block(key()) { throw InputError("no such block") }
      }
    }
    #expect(try blocks.block(key()) { try block() }.inputs.count == 1)
  }

  @Test func forgetsRatherThanGrows() throws {
    let blocks = MadeBlocks()
    let block = try block()
    for pe in 0..<3 * MadeBlocks.most / 2 {
      _ = blocks.block(key(pe)) { block }
      #expect(blocks.count <= MadeBlocks.most)
    }
  }
}
