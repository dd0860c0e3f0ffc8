import ArgumentParser

@main
struct Simrun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simrun",
    abstract: "Simulates FPGA dataflow accelerators: how fast, at what cost, are the bits right.",
    subcommands: [
      FPSCommand.self,
      RunCommand.self,
      CompareCommand.self,
      HazardsCommand.self,
      ExportCommand.self,
      TraceCommand.self,
      HangCommand.self,
      ReplayCommand.self,
      CheckCommand.self,
      FIFOCommand.self,
      FoldCommand.self,
      SweepCommand.self,
      ReportCommand.self,
      ImportCommand.self,
      BlocksCommand.self,
    ],
    defaultSubcommand: FPSCommand.self)
}
