import ArgumentParser
import DataflowSim

/// `--budget LUT=…,BRAM_18K=…,DSP=…,URAM=…`: resources stated instead of a part.
struct ResourceBudget: ExpressibleByArgument {
  let resources: DeviceResources
  /// As it was typed.
  let text: String
  /// The same for budgets of the same meaning, however they were typed.
  var identity: String {
    let r = resources
    return "budget LUT=\(r.lut),FF=\(r.ff),BRAM_18K=\(r.bram18),URAM=\(r.uram),DSP=\(r.dsp)"
  }
  /// Stands for what is not stated and so does not limit.
  static let anyNumber = 1 << 40

  /// `nil`, which is a usage error, for an unknown or repeated kind or a number below 0.
  init?(argument: String) {
    var values: [String: Int] = [:]
    for item in argument.split(separator: ",") {
      let pair = item.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, let value = Int(pair[1].trimmed), (0..<Self.anyNumber).contains(value),
        let kind = Self.kinds[pair[0].trimmed.uppercased()],
        values.updateValue(value, forKey: kind) == nil
      else { return nil }
    }
    guard !values.isEmpty else { return nil }
    text = argument
    func limit(_ kind: String) -> Int { values[kind] ?? Self.anyNumber }
    resources = DeviceResources(
      lut: limit("LUT"), ff: values["FF"] ?? Self.anyNumber, bram18: limit("BRAM_18K"),
      uram: limit("URAM"), dsp: limit("DSP"))
  }

  private static let kinds = [
    "LUT": "LUT", "FF": "FF", "BRAM_18K": "BRAM_18K", "BRAM18": "BRAM_18K", "BRAM": "BRAM_18K",
    "URAM": "URAM", "DSP": "DSP",
  ]
}

extension Resources {
  /// LUT, FF, BRAM18, URAM and DSP as cells of a table.
  var cells: [String] {
    [lut, ff, bram18, uram, dsp].map { count in
      count.map { $0 >= ResourceBudget.anyNumber ? "any" : String($0) } ?? "-"
    }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
