import DataflowAnalysis
import Testing

struct DeviceTableTests {
  @Test func partsBoardsAndFamilies() throws {
    #expect(try Device.named("xc7z020clg400-1").total.dsp == 220)
    #expect(try Device.named("pynq-z2").partPrefix == "xc7z020")
    #expect(try Device.named("U250").slrs.count == 4)
    #expect(Device.part(for: "ZCU104") == "xczu7ev-ffvc1156-2-e")
    #expect(try Device.named("VCK190").dspFamily == .dsp58)
    for device in Device.all {
      for board in device.boards { #expect(try Device.named(board.part) == device) }
    }
  }

  @Test func unknownPartListsTheKnownOnes() throws {
    let error = #expect(throws: InputError.self) { try Device.named("xc7z02") }
    #expect(error!.hint!.contains("did you mean 'xc7z020'?"))
    #expect(error!.hint!.contains("xczu7ev"))
  }

  @Test func timingClosureLimits() throws {
    let device = try Device.named("xc7z020").total
    #expect(TimingClosure.exceeded(by: Resources(lut: 30000, dsp: 100), on: device).isEmpty)
    #expect(TimingClosure.exceeded(by: Resources(lut: 40000, uram: 1), on: device).count == 2)
  }
}
