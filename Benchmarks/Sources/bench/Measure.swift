import Foundation

/// Processor time in seconds of the fastest of `runs` runs: what else the machine does counts least.
func fastest<R>(of runs: Int = 5, _ body: () throws -> R) rethrows -> (seconds: Double, result: R) {
  var best = try timed(body)
  for _ in 1..<runs {
    let next = try timed(body)
    if next.seconds < best.seconds { best = next }
  }
  return best
}

func timed<R>(_ body: () throws -> R) rethrows -> (seconds: Double, result: R) {
  let start = processorTime(CLOCK_PROCESS_CPUTIME_ID)
  let result = try body()
  return (processorTime(CLOCK_PROCESS_CPUTIME_ID) - start, result)
}

private func processorTime(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Peak resident memory of this process in megabytes.
var peakMegabytes: Double {
  var usage = rusage()
  getrusage(RUSAGE_SELF.rawValue, &usage)
  return Double(usage.ru_maxrss) / 1024
}

/// Runs a program; its output, its processor seconds and its peak memory. Nil when it fails.
func child(_ path: String, _ arguments: [String]) -> (
  output: String, seconds: Double, megabytes: Double
)? {
  let pipe = Pipe()
  let process = Process()
  process.executableURL = URL(filePath: path)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  var before = rusage()
  getrusage(RUSAGE_CHILDREN.rawValue, &before)
  guard (try? process.run()) != nil else { return nil }
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { return nil }
  var after = rusage()
  getrusage(RUSAGE_CHILDREN.rawValue, &after)
  func seconds(_ u: rusage) -> Double {
    Double(u.ru_utime.tv_sec + u.ru_stime.tv_sec)
      + Double(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6
  }
  return (
    String(decoding: data, as: UTF8.self), seconds(after) - seconds(before),
    Double(after.ru_maxrss) / 1024
  )
}

/// Three significant digits.
func short(_ value: Double) -> String {
  let digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return String(format: "%.\(digits)f", value)
}

func printTable(_ columns: [String], _ rows: [[String]]) {
  print("| " + columns.joined(separator: " | ") + " |")
  print("|" + columns.map { _ in "---|" }.joined())
  for row in rows { print("| " + row.joined(separator: " | ") + " |") }
}
