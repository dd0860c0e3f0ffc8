import SimKernels

extension Thresholding: MemoryBlock {
  var reasonForNoMemory: String? {
    isRTL || memoryMode == .decoupled ? nil : "its thresholds are constants in the code"
  }

  var hasRuntimeImage: Bool { runtimeWriteableThresholds }

  func images(_ setup: BitSetup, runtimeIndex: Int?) throws -> [MemoryImage] {
    let (rows, isShared) = try thresholdRows(setup)
    return isRTL
      ? try stageImages(rows, setup, runtimeIndex, isShared: isShared)
      : streamImages(rows, setup, runtimeIndex)
  }

  /// The thresholds of every channel, each a value of the threshold type, and whether the array has one row for all.
  private func thresholdRows(_ setup: BitSetup) throws -> (rows: [[Int64]], isShared: Bool) {
    let name = setup.node.initializers["thresholds"] ?? "thresholds"
    let table = try setup.tensor("thresholds")
    let perChannel = table.shape == [channels, steps] || channels == 1 && table.count == steps
    guard perChannel || table.shape == [1, steps] else {
      throw InputError(
        "has shape \(table.shape); (\(channels), \(steps)) or (1, \(steps)) is needed",
        at: "array '\(name)'")
    }
    let elements = try table.elements(of: thresholdType, name: name, rowLength: steps)
    guard let values = elements.int64s else {
      throw InputError("thresholds beyond 64 bits have no image", at: "array '\(name)'")
    }
    let rows = (0..<channels).map { channel in
      let row = perChannel ? channel : 0
      return Array(values[row * steps..<(row + 1) * steps])
    }
    return (rows, table.shape.first == 1)
  }

  /// HLS: one word per channel fold; within a PE, threshold 0 comes last (most significant).
  private func streamImages(_ rows: [[Int64]], _ setup: BitSetup, _ index: Int?) -> [MemoryImage] {
    let elements = (0..<channelFold).flatMap { fold in
      (0..<pe).flatMap { rows[fold * pe + $0].reversed() }
    }
    let words = MemoryWords(elements, perWord: pe * steps, format: thresholdType.format)
    return [setup.image("memblock.dat", words.lines)]
      + setup.runtimeImages(index, words.runtimeLines)
  }

  /// RTL: a file per PE and stage of the binary search, and the image the host writes. One row of thresholds for all
  /// channels is written once per PE, as FINN does.
  private func stageImages(
    _ rows: [[Int64]], _ setup: BitSetup, _ index: Int?, isShared: Bool
  ) throws -> [MemoryImage] {
    let full = (1 << stages) - 1
    guard steps == full || steps == full - 1, thresholdType.bits <= 32 else {
      throw InputError(
        "\(steps) thresholds of \(thresholdType) for \(outputType) have no image",
        at: "attribute 'numSteps'", hint: "needed: \(full) or \(full - 1) of at most 32 bits")
    }
    // One threshold less than the search has: the lowest value stands in front, always reached.
    let lowest = Int64(thresholdType.range?.lowerBound ?? 0)
    let padding = [Int64](repeating: lowest, count: full - steps)
    let table = rows.map { padding + $0 }
    let folds = isShared ? 1 : channelFold
    var images: [MemoryImage] = []
    for p in 0..<pe {
      for stage in 0..<stages {
        let distance = 1 << (stages - stage)
        let elements = (0..<folds).flatMap { fold in
          (0..<1 << stage).map { table[fold * pe + p][$0 * distance + distance / 2 - 1] }
        }
        let words = MemoryWords(elements, perWord: 1, format: thresholdType.format)
        images.append(setup.image("\(setup.fileName)_threshs_\(p)_\(stage).dat", words.lines))
      }
    }
    guard index != nil else { return images }
    // FINN puts what the host writes beside the stages too.
    let lines = runtimeLines(table, folds)
    return images + [setup.image("memblock.dat", lines)] + setup.runtimeImages(index, lines)
  }

  /// 2^N words of 32 bits per channel: the thresholds, not sign-extended, and a zero. The PEs of a
  /// fold are filled up to a power of two.
  private func runtimeLines(_ table: [[Int64]], _ folds: Int) -> [String] {
    let slots = 1 << pe.ceilLog2
    let empty = [String](repeating: MemoryWords.hex(0), count: 1 << stages)
    return (0..<folds).flatMap { fold in
      (0..<slots).flatMap { p -> [String] in
        guard p < pe else { return empty }
        let codes = table[fold * pe + p].map {
          UInt32(truncatingIfNeeded: thresholdType.format.code(Int($0)))
        }
        return codes.map(MemoryWords.hex) + [MemoryWords.hex(0)]
      }
    }
  }
}
