import Foundation
import Testing

/// A headless Chromium, spoken to over its debugging pipe.
final class Browser {
  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Whether there is a Chromium; Debian's package `chromium` brings it.
  static let path: String? = [
    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
  ]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

  private let process = Process()
  private let commands = Pipe()
  private let answers = Pipe()
  private let profile: String
  private var buffer = Data()
  private var number = 0
  private var session: String?
  /// What the page said on its console, and uncaught errors.
  private(set) var complaints: [String] = []

  init() throws {
    guard let path = Self.path else { throw Failure(description: "no Chromium") }
    profile =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("simrun-browser-\(UUID().uuidString)").path
    // The pipe is descriptors 3 and 4.
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null", path, "--headless",
      "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
      "--no-first-run", "--user-data-dir=\(profile)", "--remote-debugging-pipe",
    ]
    process.standardInput = commands
    process.standardOutput = answers
    process.standardError = FileHandle.nullDevice
    try process.run()
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String
    session =
      try call("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])["sessionId"]
      as? String
    for domain in ["Page", "Runtime", "Log", "Performance"] { _ = try call("\(domain).enable") }
  }

  deinit {
    session = nil
    _ = try? call("Browser.close")
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: profile)
  }

  /// Opens a file in a window of this size and waits until its scripts have drawn it.
  func open(_ file: String, width: Int, height: Int = 900, isDark: Bool = false) throws {
    _ = try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
    _ = try call(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
    complaints = []
    _ = try call("Page.navigate", ["url": URL(fileURLWithPath: file).absoluteString])
    let deadline = Date().addingTimeInterval(60)
    while try evaluate(
      "document.readyState === 'complete' && !!document.querySelector('main')") != "true"
    {
      guard Date() < deadline else {
        throw Failure(description: "the page draws nothing: \(complaints)")
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    // Layout that waits for a frame.
    try evaluate("new Promise(r => requestAnimationFrame(() => setTimeout(r, 50)))")
  }

  /// The value of an expression as text.
  @discardableResult func evaluate(_ expression: String) throws -> String {
    let answer = try call(
      "Runtime.evaluate",
      [
        "expression": "(async () => String(await (\(expression))))()", "returnByValue": true,
        "awaitPromise": true,
      ])
    let result = answer["result"] as? [String: Any] ?? [:]
    if answer["exceptionDetails"] != nil {
      throw Failure(description: "\(expression): \(result["description"] ?? "failed")")
    }
    return result["value"] as? String ?? ""
  }

  /// Presses a key where the focus is.
  func press(_ key: String) throws {
    for type in ["keyDown", "keyUp"] {
      var event: [String: Any] = ["type": type, "key": key, "code": key]
      if key.count == 1, type == "keyDown" { event["text"] = key }
      _ = try call("Input.dispatchKeyEvent", event)
    }
  }

  /// A count that Chromium keeps of the page: `LayoutCount`, `RecalcStyleCount`, …
  func count(_ name: String) throws -> Int {
    let all = try call("Performance.getMetrics")["metrics"] as? [[String: Any]] ?? []
    let metric = all.first { $0["name"] as? String == name }
    guard let value = metric?["value"] as? NSNumber else {
      throw Failure(description: "Chromium counts no \(name)")
    }
    return value.intValue
  }

  /// What an action changes: mutations of the document, and how often that was laid out.
  func work(of action: String) throws -> (mutations: Int, layouts: Int) {
    let before = try count("LayoutCount")
    let mutations = try evaluate(
      """
      (async () => {
        let count = 0;
        const observer = new MutationObserver(list => count += list.length);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        \(action);
        await new Promise(r => requestAnimationFrame(() => setTimeout(r, 100)));
        observer.disconnect();
        return count;
      })()
      """)
    return (Int(mutations) ?? .max, try count("LayoutCount") - before)
  }

  /// Shows the page as it is printed on A4 between margins of a centimetre.
  func layOutForPaper() throws {
    _ = try call("Emulation.setEmulatedMedia", ["media": "print"])
    _ = try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": 718, "height": 1047, "deviceScaleFactor": 1, "mobile": false])
    try evaluate("dispatchEvent(new Event('beforeprint'))")
  }

  /// The page as PDF.
  func print() throws -> Data {
    let text = try call("Page.printToPDF", ["printBackground": true])["data"] as? String
    return text.flatMap { Data(base64Encoded: $0) } ?? Data()
  }

  // MARK: The protocol

  @discardableResult private func call(_ method: String, _ parameters: [String: Any] = [:]) throws
    -> [String: Any]
  {
    number += 1
    var message: [String: Any] = ["id": number, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    let bytes = try JSONSerialization.data(withJSONObject: message) + Data([0])
    try commands.fileHandleForWriting.write(contentsOf: bytes)
    while true {
      let answer = try next()
      guard answer["id"] as? Int == number else {
        note(answer)
        continue
      }
      if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  private func next() throws -> [String: Any] {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        let message = buffer[buffer.startIndex..<end]
        buffer = Data(buffer[(end + 1)...])
        return try JSONSerialization.jsonObject(with: Data(message)) as? [String: Any] ?? [:]
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Failure(description: "Chromium has gone") }
      buffer.append(more)
    }
  }

  private func note(_ event: [String: Any]) {
    guard let method = event["method"] as? String,
      ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains(method)
    else { return }
    complaints.append("\(method): \(event["params"] ?? "")")
  }
}
