// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "simrun", path: "..")],
  targets: [
    .executableTarget(
      name: "bench", dependencies: [.product(name: "DataflowSim", package: "simrun")])
  ]
)
