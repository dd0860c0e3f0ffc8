import DataflowAnalysis
import FoundationEssentials
import Glibc
import GRDB

/// The results of a sweep in one SQLite file: a row per point, addressed by content.
///
/// Every row is committed by itself before the next point counts as done, in write-ahead mode, so a
/// process may be killed at any instant; what was committed stays and nothing is half there. `close`
/// brings the log into the file, which then holds everything.
public final class SweepDatabase: Sendable {
  static let version = 1
  let queue: DatabaseQueue
  /// The file.
  public let path: String

  /// What the sweep is about; two databases may be merged when these agree.
  public struct Subject: Sendable, Equatable {
    /// The design as it is hashed, and the space in one line.
    public var design: String
    public var space: String

    /// What a database is about.
    ///
    /// - Parameter costs: by which estimates points are charged (`Costing.identity`); results of different
    ///   ones do not belong into one file.
    public init(design: String, space: String, costs: String = "") {
      self.design = design
      self.space = costs.isEmpty ? space : space + "\n" + costs
    }

    var address: String { contentAddress(design + "\u{0}" + space) }
  }

  /// A point and what came of it.
  public struct Entry: Sendable {
    /// Content address, number in the space, the value of every axis, the result and how long it
    /// took in seconds.
    public var address: String
    public var ordinal: Int
    public var point: String
    public var result: SweepResult
    public var seconds: Double

    /// An entry of its parts.
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
    try Self.requireFile(path)
    do {
      guard let subject else {
        queue = try Self.openToRead(path)
        guard try queue.read({ try Self.isSweep($0, path) }) else {
          throw InputError("holds no sweep: the database is empty", file: path)
        }
        return
      }
      var configuration = Self.configuration
      configuration.prepareDatabase {
        try $0.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA synchronous = NORMAL")
      }
      queue = try DatabaseQueue(path: Self.address(of: path), configuration: configuration)
      // Nothing is written to a file that is something else.
      _ = try queue.read { try Self.isSweep($0, path) }
      try Self.startLog(queue)
      try queue.write { db in
        if try Self.isSweep(db, path) {
          try Self.require(subject, db, path)
        } else {
          try Self.create(for: subject, db)
        }
        try SweepClaims.createTables(db)
      }
    } catch let error as DatabaseError {
      throw Self.inputError(error, path)
    }
  }

  /// Seconds to wait for another process that has the file.
  private static let patience = 60.0

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(patience)
    return configuration
  }

  /// Brings the file into write-ahead mode, in which it stays.
  ///
  /// Who asks for it reads the file first and then wants it alone. When two processes are that far at
  /// once, each would wait for the other to stop reading; SQLite refuses one of them at once, whatever
  /// its time-out. That one asks again.
  private static func startLog(_ queue: DatabaseQueue) throws {
    let start = Date()
    while true {
      do {
        return try queue.writeWithoutTransaction {
          try $0.execute(sql: "PRAGMA journal_mode = WAL")
        }
      } catch let error as DatabaseError
        where error.resultCode.primaryResultCode == .SQLITE_BUSY
        && Date().timeIntervalSince(start) < patience
      {
        usleep(.random(in: 1000...20_000))
      }
    }
  }

  /// SQLite takes `:memory:` and addresses such as `file:x?mode=memory` for other things than files.
  private static func address(of path: String) -> String { URL(fileURLWithPath: path).path }

  /// Throws `InputError` for what is no place for a database: SQLite's own words, a pipe, a device.
  private static func requireFile(_ path: String) throws {
    guard !path.hasPrefix(":") else {
      throw InputError(
        "is no file name", file: path, hint: "results must outlive the command: name a file")
    }
    _ = try OutputPlace(path)
    // SQLite writes into these, wherever they lead.
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    for companion in ["-wal", "-shm", "-journal"] {
      var status = stat()
      guard lstat(file + companion, &status) == 0, status.st_mode & S_IFMT != S_IFREG else {
        continue
      }
      throw InputError(
        "\(URL(fileURLWithPath: file + companion).lastPathComponent.printable) beside it is no regular file",
        file: path, hint: "remove it: SQLite would write into what it leads to")
    }
  }

  private static func openToRead(_ path: String) throws -> DatabaseQueue {
    // Refuses what is missing, empty or no file.
    _ = try InputFile.read(path)
    var configuration = Self.configuration
    configuration.readonly = true
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
    // Even a reader leaves SQLite's own files beside a database in write-ahead mode, unless it is told
    // that nobody writes. A log beside it says that somebody does, or was killed: then it counts.
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    if let size = log?[.size] as? Int, size > 0 {
      return try DatabaseQueue(path: address(of: path), configuration: configuration)
    }
    let uri = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
    // An SQLite built without such addresses takes the path alone.
    return try (try? DatabaseQueue(path: uri, configuration: configuration))
      ?? DatabaseQueue(path: address(of: path), configuration: configuration)
  }

  /// Whether the database holds a sweep; false: it holds nothing.
  ///
  /// Throws `InputError` when it holds something else, or a sweep of another version.
  private static func isSweep(_ db: Database, _ path: String) throws -> Bool {
    do {
      return try SweepSchema.isPresent(db)
    } catch let error as InputError {
      throw error.inFile(path)
    }
  }

  private static func require(_ subject: Subject, _ db: Database, _ path: String) throws {
    let address = try String.fetchOne(db, sql: "SELECT address FROM subject")
    guard address == subject.address else {
      throw InputError(
        "belongs to another design or space, or to other estimates of cost", file: path,
        hint:
          "give another file to -o, or the design, space, --cost and --cost-model it was made with")
    }
  }

  private static func create(for subject: Subject, _ db: Database) throws {
    try db.execute(sql: SweepSchema.creation)
    try db.execute(sql: "INSERT INTO version VALUES ('simrun-sweep', ?)", arguments: [version])
    try db.execute(
      sql: "INSERT INTO subject VALUES (?, ?, ?)",
      arguments: [subject.address, subject.design, subject.space])
  }

  /// Brings what is still in the log into the file and lets go of it. Nothing else may be asked then.
  public func close() throws {
    try reporting {
      if !queue.configuration.readonly {
        // Another process that reads at this instant keeps the log; the last one to close ends it.
        queue.writeWithoutTransaction { _ = try? $0.checkpoint(.truncate) }
      }
      try queue.close()
    }
  }

  /// SQLite's reasons in words.
  static func inputError(_ error: DatabaseError, _ path: String) -> Error {
    switch error.resultCode.primaryResultCode {
    case .SQLITE_NOTADB: return InputError("is not a SQLite database", file: path)
    case .SQLITE_CORRUPT, .SQLITE_FORMAT, .SQLITE_MISMATCH:
      return InputError("is a damaged SQLite database", file: path)
    case .SQLITE_ERROR, .SQLITE_SCHEMA, .SQLITE_TOOBIG, .SQLITE_CONSTRAINT:
      return InputError(
        "is no database that simrun sweep can use: \(error.message ?? "SQLite refuses it")",
        file: path, hint: "start a new file, or copy it from where it was made")
    case .SQLITE_CANTOPEN: return InputError("cannot be opened or made", file: path)
    case .SQLITE_READONLY, .SQLITE_PERM: return InputError("cannot be written", file: path)
    case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_BUSY:
      return StorageFailure(path: path, reason: "\(error.message ?? "")")
    default: return error
    }
  }

  func reporting<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as DatabaseError {
      throw Self.inputError(error, path)
    }
  }
}

/// The disk, not the input, is at fault: the same command may work later.
public struct StorageFailure: Error, CustomStringConvertible {
  /// The file, and what is wrong with it.
  public let path: String
  public let reason: String
  public var description: String {
    "\(path): cannot be written now (\(reason)); what was committed is safe, run again to go on"
  }
}

extension SweepDatabase {
  /// Whether the point at `address` has a result.
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
          $0.cachedStatement(sql: "\(SweepSchema.selection) WHERE address = ?"),
          arguments: [address]
        ).map { try StoredPoint($0, path).entry() }
      }
    }
  }

  /// Commits one result; a point that is there already stays as it is.
  public func add(_ entry: Entry) throws {
    try reporting { try queue.write { try Self.insert(entry, $0) } }
  }

  static func insert(_ e: Entry, _ db: Database) throws {
    let r = e.result
    try db.cachedStatement(
      sql: SweepSchema.insertion
    ).execute(
      arguments: [
        e.address, e.ordinal, e.point, r.status.rawValue, r.cyclesPerFrame, r.framesPerSecond,
        r.latency, r.resources.lut, r.resources.bram18, r.resources.uram, r.resources.dsp, r.fits,
        r.message, e.seconds,
      ])
  }

  /// Points with a result.
  public var count: Int {
    get throws {
      try reporting {
        try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM point") ?? 0 }
      }
    }
  }

  /// What the database is about; throws when it does not say so.
  public var subject: Subject {
    get throws {
      try reporting {
        try queue.read { db in
          guard let row = try Row.fetchOne(db, sql: "SELECT design, space FROM subject"),
            case .string(let design) = (row[0] as DatabaseValue).storage,
            case .string(let space) = (row[1] as DatabaseValue).storage
          else { throw InputError("does not say which design it is about", file: path) }
          return Subject(design: design, space: space)
        }
      }
    }
  }

  /// Visits every entry, in the order of their addresses, without holding them all.
  public func forEach(_ body: (Entry) throws -> Void) throws {
    try reporting {
      try queue.read { db in
        let rows = try Row.fetchCursor(db, sql: "\(SweepSchema.selection) ORDER BY address")
        while let row = try rows.next() { try body(StoredPoint(row, path).entry()) }
      }
    }
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
