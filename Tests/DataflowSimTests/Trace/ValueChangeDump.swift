/// A plain reader of value change dumps, for checking the exporter: it knows nothing of traces.
struct ValueChangeDump {
  struct Malformed: Error { let line: String }

  var timescale = ""
  /// Full name (`scope.scope.variable`) to identifier code.
  var codes: [String: String] = [:]
  var widths: [String: Int] = [:]
  /// By code: times, rising, with the value from then on.
  var changes: [String: [(time: Int, value: String)]] = [:]
  var end = 0

  init(_ text: String) throws {
    var scopes: [String] = []
    var time: Int?
    var isHeader = true
    var tokens = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
    func section() -> [String] {
      let body = Array(tokens.prefix { $0 != "$end" })
      tokens = tokens.dropFirst(body.count + 1)
      return body
    }
    while let token = tokens.popFirst() {
      switch token {
      case "$version", "$comment", "$date": _ = section()
      case "$timescale": timescale = section().joined()
      case "$scope":
        let body = section()
        guard body.count == 2, body[0] == "module" else { throw Malformed(line: "\(body)") }
        scopes.append(body[1])
      case "$upscope":
        _ = section()
        guard scopes.popLast() != nil else { throw Malformed(line: token) }
      case "$var":
        let body = section()
        guard body.count >= 4, body[0] == "wire", let width = Int(body[1]),
          body[2].unicodeScalars.allSatisfy({ (33...126).contains($0.value) })
        else { throw Malformed(line: "\(body)") }
        let name = (scopes + [body[3]]).joined(separator: ".")
        guard codes.updateValue(body[2], forKey: name) == nil,
          widths[body[2], default: width] == width
        else { throw Malformed(line: name) }
        widths[body[2]] = width
      case "$enddefinitions":
        _ = section()
        isHeader = false
        guard scopes.isEmpty else { throw Malformed(line: token) }
      case "$dumpvars", "$end": break
      case let stamp where stamp.hasPrefix("#") && !isHeader:
        guard let next = Int(stamp.dropFirst()), next > time ?? -1 else {
          throw Malformed(line: stamp)
        }
        time = next
        end = next
      case let change where !isHeader:
        guard let time else { throw Malformed(line: change) }
        var value = String(change.prefix(1))
        var code = String(change.dropFirst())
        if value == "b" {
          value = code
          code = tokens.popFirst() ?? ""
        }
        guard let width = widths[code], value.allSatisfy({ "01x".contains($0) }),
          value.count <= width
        else { throw Malformed(line: change) }
        changes[code, default: []].append((time, value))
      default: throw Malformed(line: token)
      }
    }
  }

  /// The value of `name` at each time 0, period, 2 × period, … before the dump's end.
  func samples(of name: String, period: Int) -> [String] {
    let list = changes[codes[name] ?? ""] ?? []
    var next = 0
    var value = "x"
    return stride(from: 0, to: end, by: period).map { time in
      while next < list.count, list[next].time <= time {
        value = list[next].value
        next += 1
      }
      return value
    }
  }
}
