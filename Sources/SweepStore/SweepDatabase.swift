import DataflowAnalysis
import Foundation
import GRDB

/// The results of a sweep in one SQLite file: a row per point, addressed by content.
///
/// Every row is committed by itself before the next point counts as done, in write-ahead mode, so a
/// process may be killed at any instant; what was committed stays and nothing is half there.
public final class SweepDatabase: Sendable {
  static let version = 1
  private let queue: DatabaseQueue
  public let path: String

  /// What the sweep is about; two databases may be merged when these agree.
  public struct Subject: Sendable, Equatable {
    public var design: String
    public var space: String

    public init(design: String, space: String) {
      self.design = design
      self.space = space
    }

    var address: String { contentAddress(design + "\u{0}" + space) }
  }

  public struct Entry: Sendable {
    public var address: String
    public var ordinal: Int
    public var point: String
    public var result: SweepResult
    public var seconds: Double

    public init(
      address: String, ordinal: Int, point: String, result: SweepResult, seconds: Double
    ) {
      self.address = address
      self.ordinal = ordinal
      self.point = point
      self.result = result
      self.seconds = seconds
    }
  }

  /// Opens `path` for `subject`, to add to it; makes it where there is nothing yet. Without a subject
  /// the file must be there and is only read.
  ///
  /// Throws `InputError` when the file is no sweep, of another version, of another design or space, or
  /// cannot be written; the file is left as it is.
  public init(_ path: String, for subject: Subject?) throws {
    self.path = path
    do {
      guard let subject else {
        queue = try Self.openToRead(path)
        guard try queue.read({ try Self.isSweep($0, path) }) else {
          throw InputError("holds no sweep: the database is empty", file: path)
        }
        return
      }
      var configuration = Configuration()
      configuration.busyMode = .timeout(60)
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
      queue = try DatabaseQueue(path: path, configuration: configuration)
      // Nothing is written to a file that is something else.
      _ = try queue.read { try Self.isSweep($0, path) }
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      try queue.write { db in
        if try Self.isSweep(db, path) {
          try Self.require(subject, db, path)
        } else {
          try Self.create(for: subject, db)
        }
      }
    } catch let error as DatabaseError {
      throw Self.inputError(error, path)
    }
  }

  private static func openToRead(_ path: String) throws -> DatabaseQueue {
    // Refuses what is missing, empty or no file.
    _ = try InputFile.read(path)
    var configuration = Configuration()
    configuration.busyMode = .timeout(60)
    configuration.readonly = true
    // Even a reader leaves SQLite's own files beside a database in write-ahead mode, unless it is told
    // that nobody writes. A log beside it says that somebody does, or was killed: then it counts.
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    if let size = log?[.size] as? Int, size > 0 {
      return try DatabaseQueue(path: path, configuration: configuration)
    }
    let uri = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
    // An SQLite built without such addresses takes the path alone.
    return try (try? DatabaseQueue(path: uri, configuration: configuration))
      ?? DatabaseQueue(path: path, configuration: configuration)
  }

  /// Whether the database holds a sweep; false: it holds nothing.
  ///
  /// Throws `InputError` when it holds something else, or a sweep of another version.
  private static func isSweep(_ db: Database, _ path: String) throws -> Bool {
    let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
    if tables.isEmpty { return false }
    guard tables.contains("version"), tables.contains("subject"),
      let row = try Row.fetchOne(db, sql: "SELECT * FROM version"),
      row["format"] as String? == "simrun-sweep", let found = row["version"] as Int?
    else { throw InputError("is a database, but not one of simrun sweep", file: path) }
    guard found == version else {
      throw InputError(
        "is a sweep of version \(found); this simrun reads version \(version)", file: path,
        hint: "start a new file")
    }
    return true
  }

  private static func require(_ subject: Subject, _ db: Database, _ path: String) throws {
    let address = try String.fetchOne(db, sql: "SELECT address FROM subject")
    guard address == subject.address else {
      throw InputError(
        "belongs to another design or space", file: path,
        hint: "give another file to -o, or the design and space it was made with")
    }
  }

  private static func create(for subject: Subject, _ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE version (format TEXT NOT NULL, version INTEGER NOT NULL);
        CREATE TABLE subject (address TEXT NOT NULL, design TEXT NOT NULL, space TEXT NOT NULL);
        CREATE TABLE point (
          address TEXT PRIMARY KEY, ordinal INTEGER NOT NULL, point TEXT NOT NULL,
          status TEXT NOT NULL, cycles REAL NOT NULL, fps REAL NOT NULL, latency INTEGER NOT NULL,
          lut INTEGER NOT NULL, bram18 INTEGER NOT NULL, uram INTEGER NOT NULL,
          dsp INTEGER NOT NULL, fits INTEGER, message TEXT NOT NULL, seconds REAL NOT NULL
        ) WITHOUT ROWID;
        """)
    try db.execute(sql: "INSERT INTO version VALUES ('simrun-sweep', ?)", arguments: [version])
    try db.execute(
      sql: "INSERT INTO subject VALUES (?, ?, ?)",
      arguments: [subject.address, subject.design, subject.space])
  }

  /// SQLite's reasons in words.
  static func inputError(_ error: DatabaseError, _ path: String) -> Error {
    switch error.resultCode.primaryResultCode {
    case .SQLITE_NOTADB: return InputError("is not a SQLite database", file: path)
    case .SQLITE_CORRUPT: return InputError("is a damaged SQLite database", file: path)
    case .SQLITE_CANTOPEN: return InputError("cannot be opened or made", file: path)
    case .SQLITE_READONLY, .SQLITE_PERM: return InputError("cannot be written", file: path)
    case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_BUSY:
      return StorageFailure(path: path, reason: "\(error.message ?? "")")
    default: return error
    }
  }

  private func reporting<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as DatabaseError {
      throw Self.inputError(error, path)
    }
  }
}

/// The disk, not the input, is at fault: the same command may work later.
public struct StorageFailure: Error, CustomStringConvertible {
  public let path: String
  public let reason: String
  public var description: String {
    "\(path): cannot be written now (\(reason)); what was committed is safe, run again to go on"
  }
}

extension SweepDatabase {
  public func contains(_ address: String) throws -> Bool {
    try reporting {
      try queue.read {
        try $0.cachedStatement(sql: "SELECT 1 FROM point WHERE address = ?")
          .isPresent([address])
      }
    }
  }

  /// The entry of a point that is done; nil: it is not.
  func entry(_ address: String) throws -> Entry? {
    try reporting {
      try queue.read {
        try Row.fetchOne(
          $0.cachedStatement(sql: "SELECT * FROM point WHERE address = ?"), arguments: [address]
        ).map(Self.entry)
      }
    }
  }

  /// Commits one result; a point that is there already stays as it is.
  public func add(_ entry: Entry) throws {
    try reporting { try queue.write { try Self.insert(entry, $0) } }
  }

  private static func insert(_ e: Entry, _ db: Database) throws {
    let r = e.result
    try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(
      arguments: [
        e.address, e.ordinal, e.point, r.status.rawValue, r.cyclesPerFrame, r.framesPerSecond,
        r.latency, r.resources.lut, r.resources.bram18, r.resources.uram, r.resources.dsp, r.fits,
        r.message, e.seconds,
      ])
  }

  public var count: Int {
    get throws {
      try reporting {
        try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM point") ?? 0 }
      }
    }
  }

  public var subject: Subject {
    get throws {
      try reporting {
        try queue.read { db in
          let row = try Row.fetchOne(db, sql: "SELECT design, space FROM subject")
          return Subject(design: row?["design"] ?? "", space: row?["space"] ?? "")
        }
      }
    }
  }

  /// Visits every entry, in the order of their addresses, without holding them all.
  public func forEach(_ body: (Entry) throws -> Void) throws {
    try reporting {
      try queue.read { db in
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM point ORDER BY address")
        while let row = try rows.next() { try body(Self.entry(row)) }
      }
    }
  }

  private static func entry(_ row: Row) -> Entry {
    var result = SweepResult(status: SweepResult.Status(rawValue: row["status"]) ?? .refused)
    result.cyclesPerFrame = row["cycles"]
    result.framesPerSecond = row["fps"]
    result.latency = row["latency"]
    result.resources = Resources(
      lut: row["lut"], bram18: row["bram18"], uram: row["uram"], dsp: row["dsp"])
    result.fits = row["fits"]
    result.message = row["message"]
    return Entry(
      address: row["address"], ordinal: row["ordinal"], point: row["point"], result: result,
      seconds: row["seconds"])
  }

  /// Takes over the entries of another part of the same sweep; returns how many were new.
  public func merge(_ other: SweepDatabase) throws -> Int {
    guard try other.subject == subject else {
      throw InputError("belongs to another design or space than \(path)", file: other.path)
    }
    let before = try count
    var batch: [Entry] = []
    func flush() throws {
      let entries = batch
      try reporting { try queue.write { db in for e in entries { try Self.insert(e, db) } } }
      batch = []
    }
    try other.forEach { entry in
      batch.append(entry)
      if batch.count == 1000 { try flush() }
    }
    try flush()
    return try count - before
  }
}

extension Statement {
  fileprivate func isPresent(_ arguments: StatementArguments) throws -> Bool {
    try Row.fetchOne(self, arguments: arguments) != nil
  }
}
