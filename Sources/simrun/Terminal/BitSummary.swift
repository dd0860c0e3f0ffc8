import DataflowAnalysis

/// What a person reads about the values of a run.
struct BitSummary {
  private let head: String?
  private let bits: BitReport

  init(_ report: FrameReport) {
    head = "\(report.design): \(report.frames.of("frame")) computed."
    bits = report.bits
  }

  init(_ bits: BitReport) {
    head = nil
    self.bits = bits
  }

  var text: String {
    ([head].compactMap(\.self) + outputs + differing + origins + findings + approximate + off)
      .joined(
        separator: "\n")
  }

  private var outputs: [String] {
    bits.outputs.sorted { naturally($0.name, $1.name) }.map { output in
      "output \(output.name): \(output.words.of("word")), \(output.dataType), shape \(output.shape)"
    }
  }

  private var differing: [String] {
    bits.differingWords.sorted { naturally($0.key, $1.key) }.map { stream, words in
      "stream \(stream): \(words.of("word")) differ\(words == 1 ? "s" : "") from those of hardware without hazards"
    }
  }

  private var origins: [String] {
    bits.origins.sorted { naturally($0.output, $1.output) }.map { found in
      "first wrong word of \(found.output): struck by \(found.origin.cause) at "
        + "\(found.origin.place) (\(found.origin.event))"
    }
  }

  private var findings: [String] {
    bits.findings.map { found in
      "\(found.node): \(found.kind), \(found.values.of("value")) in \(found.frames.of("frame")); first in frame "
        + "\(found.firstFrame): \(found.text)"
    }
  }

  private var approximate: [String] {
    bits.approximate.sorted { naturally($0.key, $1.key) }.map {
      "\($0.key): approximate, \($0.value)"
    }
  }

  private var off: [String] {
    bits.hazardsOff.isEmpty
      ? [] : ["without the hazards \(bits.hazardsOff.joined(separator: ", "))"]
  }
}
