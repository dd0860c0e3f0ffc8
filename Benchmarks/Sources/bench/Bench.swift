import ArgumentParser
import Foundation

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Measures simrun: processor time, the fastest of several runs, as tables in Markdown.",
    subcommands: [
      All.self, Engine.self, EngineRow.self, Observed.self, Cores.self, Kernels.self, Images.self,
      Commands.self,
      CommandRow.self,
    ],
    defaultSubcommand: All.self)

  struct All: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "All tables (what `bench` does).")

    func run() throws {
      print("Machine: \(processorName), \(ProcessInfo.processInfo.activeProcessorCount) cores\n")
      for command in ["engine", "observed", "cores", "images", "kernels", "commands"] {
        // A process each, so that peak memory is that of the part alone.
        print(child(CommandLine.arguments[0], [command])?.output ?? "\(command) failed\n")
      }
    }
  }
}

/// The project's directory, where `configs` lies.
let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

private var processorName: String {
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
  return line.map { $0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces) } ?? "unknown"
}
