// swift-tools-version: 6.2
import PackageDescription

// What simrun costs, measured in one run: `swift run -c release bench` (see bench --help).
let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "simrun", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    // Sources/bench/Stepper is the tests' cycle stepper: the engine is measured beside it.
    .executableTarget(
      name: "bench",
      dependencies: [
        .product(name: "DataflowSim", package: "simrun"),
        .product(name: "SimKernels", package: "simrun"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ])
  ]
)
