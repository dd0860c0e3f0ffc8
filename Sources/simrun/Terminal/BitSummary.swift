import DataflowAnalysis

/// What a person reads about the values of a run.
struct BitSummary {
  private let head: String?
  private let bits: BitReport

  init(_ report: FrameReport) {
    head = "\(report.design): \(report.frames) frames computed."
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
    bits.outputs.sorted { $0.key < $1.key }.map { name, output in
      "output \(name): \(output.words) words, \(output.dataType), shape \(output.shape)"
    }
  }

  private var differing: [String] {
    bits.differingWords.sorted { $0.key < $1.key }.map { stream, words in
      "stream \(stream): \(words) words differ from those of hardware without hazards"
    }
  }

  private var origins: [String] {
    bits.origins.sorted { $0.key < $1.key }.map { output, origin in
      "first wrong word of \(output): struck by \(origin.cause) at \(origin.place) "
        + "(\(origin.event))"
    }
  }

  private var findings: [String] {
    bits.findings.map { found in
      "\(found.node): \(found.kind), \(found.values) values in \(found.frames) frames; first in frame "
        + "\(found.firstFrame): \(found.text)"
    }
  }

  private var approximate: [String] {
    bits.approximate.sorted { $0.key < $1.key }.map { "\($0.key): approximate, \($0.value)" }
  }

  private var off: [String] {
    bits.hazardsOff.isEmpty
      ? [] : ["without the hazards \(bits.hazardsOff.joined(separator: ", "))"]
  }
}
