import DataflowAnalysis
import Foundation
import Testing

private let table = Array(-6..<6)

private func read(_ name: String) throws -> Tensor {
  try NPY.read(TestFiles.resource("npy/\(name).npy"))
}

@Suite struct TensorFileTests {
  @Test func readsWhatNumPyWrites() throws {
    let plain = try read("int64-c")
    #expect(plain.shape == [3, 4] && plain.elementType == .int64)
    #expect(try plain.asIntegers(name: "a") == table)
    #expect(try read("int16-big-endian-fortran").asIntegers(name: "a") == table)
    #expect(try read("float16").asIntegers(name: "a") == table)
    #expect(try read("bool").asIntegers(name: "a") == table.map { $0 > 0 ? 1 : 0 })
    #expect(try read("scalar").shape == [] && read("scalar").asDoubles() == [2.5])
    #expect(try read("empty").shape == [0, 3])
    #expect(try read("version2").asIntegers(name: "a") == table.map { $0 & 15 })
    #expect(try read("version3-fortran3d").asIntegers(name: "a") == Array(0..<24))
  }

  @Test func unsupportedTypesAreNamed() {
    let text = inputError { _ = try read("complex") }
    #expect(text.contains("'<c8'") && text.contains("f4"))
  }

  @Test(arguments: ["stored", "deflated"]) func readsArchives(name: String) throws {
    let archive = try NPZ(contentsOf: TestFiles.resource("npy/\(name).npz"))
    #expect(archive.names == ["x", "y"])
    #expect(try archive.tensor("x").asIntegers(name: "x") == table)
    #expect(try archive.tensor("y").asDoubles() == table.map { Double($0) / 2 })
    #expect(inputError { _ = try archive.tensor("X2") }.contains("did you mean 'x'?"))
  }

  /// NumPy writes sizes from two gigabytes on as here, in the form of 64 bits.
  @Test(arguments: ["large-stored", "large-deflated"]) func readsSizesOf64Bits(name: String) throws
  {
    let archive = try NPZ(contentsOf: TestFiles.resource("npy/\(name).npz"))
    #expect(try archive.shape("a") == [2, 3])
    #expect(try archive.tensor("a").asIntegers(name: "a") == Array(0..<6))
  }

  @Test func whatBeginsBehindFourGigabytesIsNamed() throws {
    let archive = try NPZ(contentsOf: TestFiles.resource("npy/large-far.npz"))
    #expect(try archive.tensor("a").asIntegers(name: "a") == Array(0..<6))
    let text = inputError { _ = try archive.tensor("b") }
    #expect(text.contains("four gigabytes") && text.contains("array 'b'"))
  }

  @Test(arguments: ["stored", "deflated"]) func everyChangedByteOfAnArrayIsFound(name: String)
    throws
  {
    let data = try TestFiles.data(TestFiles.resource("npy/\(name).npz"))
    let archive = try NPZ(data, file: "f")
    let before = try archive.names.map { try archive.tensor($0) }
    for at in data.indices {
      var changed = data
      changed[at] ^= 0x10
      guard let archive = try? NPZ(changed, file: "f"), archive.names == ["x", "y"] else {
        continue
      }
      for (name, tensor) in zip(archive.names, before) {
        if let read = try? archive.tensor(name) { #expect(read == tensor, "byte \(at)") }
      }
    }
  }

  @Test func everyTypeSurvivesWriting() throws {
    let tensors: [Tensor] = [
      try Tensor([1, -2] as [Int8]), try Tensor([1, -2] as [Int16]),
      try Tensor([1, -2] as [Int32]),
      try Tensor([1, -2] as [Int64]), try Tensor([1, 2] as [UInt8]),
      try Tensor([1, 2] as [UInt16]),
      try Tensor([1, 2] as [UInt32]), try Tensor([1, .max] as [UInt64]),
      try Tensor([0.5, 2] as [Float], shape: [2, 1, 1]), try Tensor([0.1, .nan] as [Double]),
      try Tensor([] as [Int8], shape: [0, 4]), try Tensor([7] as [Int], shape: []),
    ]
    for tensor in tensors { #expect(try NPY.decode(NPY.encode(tensor), file: "f") == tensor) }
    let named = tensors.enumerated().map { (name: "t\($0)", tensor: $1) }
    let data = try NPZ.encode(named)
    let archive = try NPZ(data, file: "f.npz")
    for (name, tensor) in named { #expect(try archive.tensor(name) == tensor) }
    #expect(try NPZ.encode(named) == data)
    #expect(try NPZ(NPZ.encode([]), file: "none").names == [])
  }

  @Test func integersAreExactOrRefused() throws {
    let fractions = try Tensor([1, 2, 3, 4.5] as [Float], shape: [2, 2])
    let text = inputError { _ = try fractions.asIntegers(name: "w") }
    #expect(text.contains("array 'w', index [1, 1]") && text.contains("4.5"))
    let nan = try Tensor([Float.nan])
    #expect(inputError { _ = try nan.asIntegers(name: "w") }.contains("nan"))
    let wide = try Tensor([128] as [Int])
    #expect(inputError { _ = try wide.asIntegers(as: Int8.self, name: "w") }.contains("8 bits"))
    #expect(try Tensor([3, -128] as [Float]).narrowed().elementType == .int8)
    #expect(fractions.narrowed() == fractions)
  }

  @Test func sizesMustAgree() throws {
    let data = NPY.encode(try Tensor(table, shape: [3, 4]))
    #expect(
      inputError { _ = try NPY.decode(data.dropLast(1), file: "f") }.contains("needs 96 bytes"))
    #expect(inputError { _ = try NPY.decode(data + Data([0]), file: "f") }.contains("97"))
    let huge = String(decoding: data, as: Unicode.ASCII.self)
      .replacingOccurrences(of: "(3, 4), }    ", with: "(9999999999999999999, 4), }")
    #expect(inputError { _ = try NPY.decode(Data(huge.utf8), file: "f") } != "")
    #expect(inputError { _ = try NPZ(Data("PK\u{3}\u{4}".utf8), file: "f.npz") }.contains("f.npz"))
  }

  @Test func filesAreReadByContent() throws {
    try TestFiles.withTemporaryDirectory { folder in
      let tensor = try Tensor(table)
      try TensorFile.write([("x", tensor)], to: folder + "/a.npy")
      try TensorFile.write([("x", tensor), ("y", tensor)], to: folder + "/b.npz")
      #expect(try TensorFile.read(folder + "/a.npy") == ["a": tensor])
      #expect(try TensorFile.read(folder + "/b.npz") == ["x": tensor, "y": tensor])
      #expect(inputError { try TensorFile.write([("x", tensor)], to: folder + "/no/b.npz") } != "")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.npy", "b.npz"])
    }
  }

  @Test(.timeLimit(.minutes(2)), arguments: ["int64-c", "version3-fortran3d", "float16"])
  func damagedArraysNeverCrash(name: String) throws {
    let data = try TestFiles.data(TestFiles.resource("npy/\(name).npy"))
    fuzz(data) { _ = try NPY.decode($0, file: "f") }
    fuzz(data.prefix(100)) { _ = try NPY.decode($0 + data.dropFirst(100), file: "f") }
  }

  @Test(
    .timeLimit(.minutes(2)),
    arguments: ["stored", "deflated", "large-stored", "large-deflated"])
  func damagedArchivesNeverCrash(name: String) throws {
    let data = try TestFiles.data(TestFiles.resource("npy/\(name).npz"))
    fuzz(data) { damaged in
      let archive = try NPZ(damaged, file: "f")
      for name in archive.names { _ = try archive.tensor(name) }
    }
  }
}
