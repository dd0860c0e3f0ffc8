import ArgumentParser
import Foundation

/// Whole commands as a user runs them, start and load included.
struct Commands: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Whole commands of the built simrun (../.build/release), start and load included.")

  func run() throws {
    let simrun = project.appending(path: ".build/release/simrun").path
    guard FileManager.default.isExecutableFile(atPath: simrun) else {
      throw ValidationError("\(simrun) is missing; build it with `swift build -c release`")
    }
    print("### Commands, processor seconds\n")
    func config(_ name: String) -> String { project.appending(path: "configs/\(name).json").path }
    let scratch = FileManager.default.temporaryDirectory.appending(path: "bench-\(getpid())")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let points = 500
    let sweep = [
      "sweep", config("cnv-w1a1"), "--space", config("spaces/cnv"), "--strategy", "random",
      "--points", "\(points)", "--workers", "1", "-o", scratch.appending(path: "s.sqlite").path,
    ]
    let commands: [(String, [String])] =
      ["cnv-w1a1", "mobilenetv1-w4a4", "resnet50-w1a2"].map {
        ("simrun \($0) --fps", [config($0), "--fps"])
      } + [
        ("simrun fifo cnv-w1a1", ["fifo", config("cnv-w1a1")]),
        ("simrun sweep cnv-w1a1, \(points) points", sweep),
      ]
    printTable(
      ["command", "seconds", "peak MB", ""],
      commands.map { name, arguments in
        guard let row = child(CommandLine.arguments[0], ["command-row", "--", simrun] + arguments),
          let seconds = Double(row.output.split(separator: "|")[0])
        else { return [name, "failed", "", ""] }
        let rate =
          name.contains("sweep")
          ? "\(short(Double(points) / seconds * 60)) points per minute" : ""
        return [name, short(seconds), String(row.output.split(separator: "|")[1]), rate]
      })
    print()
  }
}

/// One command as the only child of a process, so that its peak memory is known.
struct CommandRow: ParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough) var command: [String]

  func run() throws {
    let words = command.filter { $0 != "--" }
    guard let run = child(words[0], Array(words.dropFirst())) else { throw ExitCode.failure }
    print("\(run.seconds)|\(short(run.megabytes))|")
  }
}
