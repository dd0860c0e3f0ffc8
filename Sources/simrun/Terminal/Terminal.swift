import FoundationEssentials
import Glibc
import Rainbow

/// The terminal that results are shown on, if it is one.
enum Terminal {
  /// Columns; nil where standard output is no terminal.
  static let width: Int? = {
    guard isatty(1) == 1 else { return nil }
    if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }),
      columns > 0
    {
      return columns
    }
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }()

  private static let wantsColour: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }()

  /// Whether standard output, or standard error, is a terminal that wants colour.
  static let isColoured = wantsColour && isatty(1) == 1
  static let isErrorColoured = wantsColour && isatty(2) == 1
}

extension String {
  /// In bold on a terminal.
  var emphasised: String { Terminal.isColoured ? bold : self }
  /// In the background on a terminal.
  var faint: String { Terminal.isColoured ? dim : self }
  var good: String { Terminal.isColoured ? green : self }
  var bad: String { Terminal.isColoured ? red : self }
  var hinted: String { Terminal.isColoured ? cyan : self }
}
