import ArgumentParser

@main
struct Simrun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simrun",
    abstract: "Simulates FPGA dataflow accelerators: how fast, at what cost, are the bits right.",
    subcommands: [
      FPSCommand.self,
      BlocksCommand.self,
      ImportCommand.self,
      RunCommand.self,
      CompareCommand.self,
      HazardsCommand.self,
      ExportCommand.self,
      TraceCommand.self,
    ],
    defaultSubcommand: FPSCommand.self)
}
