import DataflowSim
import Foundation
import Testing

/// Reading and writing files that somebody else has laid out.
@Suite struct FileAccessTests {
  /// A link in the place of the file beside a result leads nowhere.
  @Test func plantedLinksAreNotFollowed() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let victim = "\(folder)/victim"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: victim))
      let place = try OutputPlace("\(folder)/result")
      try FileManager.default.createSymbolicLink(
        atPath: place.temporaryPath, withDestinationPath: victim)
      try OutputFiles.write(Data("result".utf8), to: "\(folder)/result")
      #expect(try TestFiles.data(victim) == Data("mine".utf8))
      #expect(try TestFiles.data("\(folder)/result") == Data("result".utf8))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "result", "victim",
        ])
    }
  }

  /// What processes that are gone have left beside any of several results goes; what is of others stays.
  @Test func whatWasAbandonedGoesOnce() throws {
    try TestFiles.withTemporaryDirectory { folder in
      // No process has this number: it is above the most that Linux gives.
      let gone = 1 << 30
      let left = ["a.dat.\(gone).partial", "b.dat.\(gone).partial.hier"]
      let kept = ["c.dat.\(gone).partial", "a.dat.\(getpid()).partial.x", "a.dat.partial"]
      for name in left + kept {
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      try OutputFiles.write([("a.dat", Data("a".utf8)), ("b.dat", Data("b".utf8))], below: folder)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == (kept + ["a.dat", "b.dat"]).sorted())
    }
  }

  /// Each of many files in a folder takes as long as each of few.
  @Test func manyFilesTakeAsLongAsTheyAreMany() throws {
    func seconds(_ count: Int) throws -> Double {
      try TestFiles.withTemporaryDirectory { folder in
        let start = processorSeconds()
        try OutputFiles.write(
          (0..<count).map { ("m/\($0).dat", Data("00\n".utf8)) }, below: folder)
        return processorSeconds() - start
      }
    }
    _ = try seconds(100)
    let (few, many) = (try seconds(500), try seconds(8000))
    // Sixteen times as many; it was above a hundred times when the folder was read for each.
    #expect(many < 50 * few, "\(few) s, \(many) s")
  }

  /// Of this thread, which others do not slow down.
  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// What is too large for its kind is not read, and what is large is not held.
  @Test func sizesAreLookedAtFirst() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let path = "\(folder)/large"
      try Data("{".utf8).write(to: URL(fileURLWithPath: path))
      #expect(truncate(path, 1 << 33) == 0)
      let before = residentBytes()
      let error = inputError { _ = try InputFile.readJSON(path) }
      #expect(error.contains("has 8589934592 bytes; such a file may have 33554432"), "\(error)")
      let data = try InputFile.read(path)
      #expect(data.count == 1 << 33 && data.last == 0)
      #expect(residentBytes() - before < 100 << 20)
    }
  }

  private func residentBytes() -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
      .split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return (pages ?? 0) * 4096
  }

  @Test func linesComeOneByOne() throws {
    let data = Data("xa\n\nb\r\nc".utf8).dropFirst()
    let lines = TextLines(data).map { String(decoding: $0, as: UTF8.self) }
    #expect(lines == ["a", "", "b\r", "c"])
    #expect(TextLines(Data("a\n".utf8)).map(\.count) == [1, 0])
    #expect(TextLines(Data()).map(\.count) == [0])
    #expect(
      inputError { try TextLines.requireText(Data("a\nb\u{0}".utf8), file: "x") }
        == "x: line 2: is no text: it holds a zero byte")
  }
}
