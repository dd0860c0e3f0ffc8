import ArgumentParser
import DataflowAnalysis
import Foundation

/// `simrun export`: what the hardware's memories hold.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write weights and thresholds as memory images (.dat), byte for byte as FINN does.",
    discussion: """
      DIR/<node>/memblock.dat, DIR/<node>/<node>_threshs_<pe>_<stage>.dat and
      DIR/runtime_weights/0_<index>_<node>.dat. All files are written, or none.
      """)

  @OptionGroup var source: DesignOptions

  @Option(help: "The folder to write to; made when it is not there.")
  var memory: String

  func run() throws {
    try reportingInputErrors {
      let loaded = try source.load()
      let images = try reportingFile(source.design) {
        try MemoryImages(loaded.design, parameters: loaded.parameters)
      }
      try images.write(to: memory)
      for (node, reason) in images.left.sorted(by: { $0.key < $1.key }) {
        writeError("note: \(node) has no image: \(reason)")
      }
      try printText("\(images.files.count) files in \(memory)")
    }
  }
}
