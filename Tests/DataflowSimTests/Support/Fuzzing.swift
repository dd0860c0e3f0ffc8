import DataflowAnalysis
import Foundation
import Testing

/// How much longer than by default random tests search: the environment variable `SIMRUN_FUZZ`.
let searchFactor = ProcessInfo.processInfo.environment["SIMRUN_FUZZ"].flatMap { Int($0) } ?? 1

/// Feeds `count` damaged copies of `original` to a reader, which must succeed or say what is
/// wrong with an `InputError`; anything else fails the test.
///
/// Some damage is harmless and some is not, so a reader that takes or refuses every copy fails as well:
/// of it nothing has been tried.
func fuzz(
  _ original: Data, count: Int = 3000, seed: UInt64 = 1,
  sourceLocation: SourceLocation = #_sourceLocation, _ read: (Data) throws -> Void
) {
  var refused = 0
  var generator = SeededGenerator(seed: seed)
  for round in 0..<count * searchFactor {
    let damaged = mutated(original, &generator)
    do {
      try read(damaged)
    } catch is InputError {
      refused += 1
    } catch {
      Issue.record("round \(round): \(error)", sourceLocation: sourceLocation)
    }
  }
  let rounds = count * searchFactor
  #expect(
    refused > 0 && refused < rounds, "\(refused) of \(rounds) refused",
    sourceLocation: sourceLocation)
}

/// One to four damages: a changed, inserted, removed or repeated piece, or a cut.
private func mutated(_ original: Data, _ generator: inout SeededGenerator) -> Data {
  var bytes = [UInt8](original)
  let favourites: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x2D, 0x30, 0x39, 0x5B, 0x7B]
  for _ in 0...Int.random(in: 0..<4, using: &generator) where !bytes.isEmpty {
    let at = Int.random(in: 0..<bytes.count, using: &generator)
    let length = min(Int.random(in: 1...12, using: &generator), bytes.count - at)
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[at] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes[at] = favourites.randomElement(using: &generator)!
    case 3: bytes.insert(favourites.randomElement(using: &generator)!, at: at)
    case 4: bytes.removeSubrange(at..<at + length)
    case 5: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
    default:
      if Int.random(in: 0..<4, using: &generator) == 0 { bytes.removeSubrange(at...) }
    }
  }
  return Data(bytes)
}

/// The `InputError` that `body` throws.
func inputError(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> String {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as InputError {
    return error.description
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
  return ""
}
