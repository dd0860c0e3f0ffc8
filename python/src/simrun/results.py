"""Every result simrun prints, as frozen data classes.

Written by scripts/python-results from configs/schemas; not to be edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from simrun._result import Record, Result


@dataclass(frozen=True, repr=True)
class AccuracyResult(Record):
    """Part of a result: `AccuracyResult`."""

    computed: str
    correct: int | None
    correct_among: int | None
    equal_frames: int | None
    frames: int
    hazards: tuple[Hazard, ...] | None
    is_equal: bool | None
    labels_per_frame: int | None
    psnr: float | None
    subject: str
    top1: float | None
    top_k: float | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> AccuracyResult:
        return cls(
            computed=d["computed"],
            correct=d["correct"],
            correct_among=d["correctAmong"],
            equal_frames=d["equalFrames"],
            frames=d["frames"],
            hazards=(None if d["hazards"] is None else tuple(Hazard.read(v) for v in d["hazards"])),
            is_equal=d["isEqual"],
            labels_per_frame=d["labelsPerFrame"],
            psnr=d["psnr"],
            subject=d["subject"],
            top1=d["top1"],
            top_k=d["topK"],
        )


@dataclass(frozen=True, repr=True)
class Hazard(Record):
    """Part of a result: `Hazard`."""

    hazard: str
    node: str
    values: int | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Hazard:
        return cls(
            hazard=d["hazard"],
            node=d["node"],
            values=d["values"],
        )


@dataclass(frozen=True, repr=False)
class Accuracy(Result):
    """Labels that are right, or how near pictures come: as trained, and as hardware."""

    kind: ClassVar[str] = "accuracy"
    schema_version: ClassVar[int] = 2
    interrupted: bool
    results: tuple[AccuracyResult, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Accuracy:
        return cls(
            interrupted=d["interrupted"],
            results=tuple(AccuracyResult.read(v) for v in d["results"]),
        )


@dataclass(frozen=True, repr=True)
class Attribute(Record):
    """Part of a result: `Attribute`."""

    default: str | None
    name: str
    required: bool
    summary: str
    type: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Attribute:
        return cls(
            default=d["default"],
            name=d["name"],
            required=d["required"],
            summary=d["summary"],
            type=d["type"],
        )


@dataclass(frozen=True, repr=False)
class BlockAttributes(Result):
    """The attributes of a hardware block."""

    kind: ClassVar[str] = "block-attributes"
    schema_version: ClassVar[int] = 2
    attributes: tuple[Attribute, ...]
    block_summary: str
    op_type: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> BlockAttributes:
        return cls(
            attributes=tuple(Attribute.read(v) for v in d["attributes"]),
            block_summary=d["blockSummary"],
            op_type=d["opType"],
        )


@dataclass(frozen=True, repr=True)
class Calibrated(Record):
    """Part of a result: `Calibrated`."""

    basis: Literal["calibrated", "derived", "reported", "measured", "mixed"]
    expected: Expected
    high: Expected
    low: Expected
    source: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Calibrated:
        return cls(
            basis=d["basis"],
            expected=Expected.read(d["expected"]),
            high=Expected.read(d["high"]),
            low=Expected.read(d["low"]),
            source=d["source"],
        )


@dataclass(frozen=True, repr=True)
class Expected(Record):
    """Part of a result: `Expected`."""

    bram_18k: int
    dsp: int
    ff: int
    lut: int
    lutram: int
    lut_logic: int
    srl: int
    uram: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Expected:
        return cls(
            bram_18k=d["BRAM_18K"],
            dsp=d["DSP"],
            ff=d["FF"],
            lut=d["LUT"],
            lutram=d["LUTRAM"],
            lut_logic=d["LUT_logic"],
            srl=d["SRL"],
            uram=d["URAM"],
        )


@dataclass(frozen=True, repr=True)
class Resources(Record):
    """Part of a result: `Resources`."""

    bram_18k: int
    dsp: int
    ff: int | None
    lut: int
    uram: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Resources:
        return cls(
            bram_18k=d["BRAM_18K"],
            dsp=d["DSP"],
            ff=d["FF"],
            lut=d["LUT"],
            uram=d["URAM"],
        )


@dataclass(frozen=True, repr=True)
class Timing(Record):
    """Part of a result: `Timing`."""

    basis: Literal["measured", "read", "stated", "predicted", "approximate"]
    file: str | None
    possible: tuple[Possible, ...] | None
    reason: str | None
    stages: int | None
    structure: str | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Timing:
        return cls(
            basis=d["basis"],
            file=d["file"],
            possible=(None if d["possible"] is None else tuple(Possible.read(v) for v in d["possible"])),
            reason=d["reason"],
            stages=d["stages"],
            structure=d["structure"],
        )


@dataclass(frozen=True, repr=True)
class Possible(Record):
    """Part of a result: `Possible`."""

    least_stages: int
    most_stages: int
    structure: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Possible:
        return cls(
            least_stages=d["leastStages"],
            most_stages=d["mostStages"],
            structure=d["structure"],
        )


@dataclass(frozen=True, repr=False)
class BlockCost(Result):
    """A block with its attributes: shapes, cycles, resources."""

    kind: ClassVar[str] = "block"
    schema_version: ClassVar[int] = 3
    bram_efficiency: float
    build_issues: tuple[str, ...]
    calibrated: Calibrated
    corrected_resources: Resources | None
    correction: str | None
    cycles_alone: int | None
    dsp_family: str
    expected_cycles: int
    finn_generation: str
    finn_resources: Resources
    folded_inputs: tuple[tuple[int, ...] | None, ...]
    folded_outputs: tuple[tuple[int, ...] | None, ...]
    input_widths: tuple[int | None, ...]
    input_widths_padded: tuple[int | None, ...]
    input_words: tuple[int | None, ...]
    normal_inputs: tuple[tuple[int, ...] | None, ...]
    normal_outputs: tuple[tuple[int, ...] | None, ...]
    number_of_output_values: int
    op_type: str
    operation_and_parameter_counts: dict[str, int]
    output_data_types: tuple[str | None, ...]
    output_widths: tuple[int | None, ...]
    output_widths_padded: tuple[int | None, ...]
    output_words: tuple[int | None, ...]
    part: str | None
    resources: Resources
    timing: Timing | None
    uram_efficiency: float

    @classmethod
    def read(cls, d: dict[str, Any]) -> BlockCost:
        return cls(
            bram_efficiency=d["bramEfficiency"],
            build_issues=tuple(d["buildIssues"]),
            calibrated=Calibrated.read(d["calibrated"]),
            corrected_resources=(None if d["correctedResources"] is None else Resources.read(d["correctedResources"])),
            correction=d["correction"],
            cycles_alone=d["cyclesAlone"],
            dsp_family=d["dspFamily"],
            expected_cycles=d["expectedCycles"],
            finn_generation=d["finnGeneration"],
            finn_resources=Resources.read(d["finnResources"]),
            folded_inputs=tuple((None if v is None else tuple(v)) for v in d["foldedInputs"]),
            folded_outputs=tuple((None if v is None else tuple(v)) for v in d["foldedOutputs"]),
            input_widths=tuple(d["inputWidths"]),
            input_widths_padded=tuple(d["inputWidthsPadded"]),
            input_words=tuple(d["inputWords"]),
            normal_inputs=tuple((None if v is None else tuple(v)) for v in d["normalInputs"]),
            normal_outputs=tuple((None if v is None else tuple(v)) for v in d["normalOutputs"]),
            number_of_output_values=d["numberOfOutputValues"],
            op_type=d["opType"],
            operation_and_parameter_counts=dict(d["operationAndParameterCounts"]),
            output_data_types=tuple(d["outputDataTypes"]),
            output_widths=tuple(d["outputWidths"]),
            output_widths_padded=tuple(d["outputWidthsPadded"]),
            output_words=tuple(d["outputWords"]),
            part=d["part"],
            resources=Resources.read(d["resources"]),
            timing=(None if d["timing"] is None else Timing.read(d["timing"])),
            uram_efficiency=d["uramEfficiency"],
        )


@dataclass(frozen=True, repr=True)
class Block(Record):
    """Part of a result: `Block`."""

    op_type: str
    summary: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Block:
        return cls(
            op_type=d["opType"],
            summary=d["summary"],
        )


@dataclass(frozen=True, repr=False)
class Blocks(Result):
    """The hardware blocks simrun knows."""

    kind: ClassVar[str] = "blocks"
    schema_version: ClassVar[int] = 2
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Blocks:
        return cls(
            blocks=tuple(Block.read(v) for v in d["blocks"]),
        )


@dataclass(frozen=True, repr=True)
class CalibrationBlock(Record):
    """Part of a result: `CalibrationBlock`."""

    calibrated: dict[str, int]
    calibrated_median_error: dict[str, float]
    calibrated_without_equal: dict[str, int]
    finn: dict[str, int]
    finn_median_error: dict[str, float]
    in_range: dict[str, float]
    name: str
    nodes: int
    placed: dict[str, int]

    @classmethod
    def read(cls, d: dict[str, Any]) -> CalibrationBlock:
        return cls(
            calibrated=dict(d["calibrated"]),
            calibrated_median_error=dict(d["calibratedMedianError"]),
            calibrated_without_equal=dict(d["calibratedWithoutEqual"]),
            finn=dict(d["finn"]),
            finn_median_error=dict(d["finnMedianError"]),
            in_range=dict(d["inRange"]),
            name=d["name"],
            nodes=d["nodes"],
            placed=dict(d["placed"]),
        )


@dataclass(frozen=True, repr=True)
class Next(Record):
    """Part of a result: `Next`."""

    command: str
    reason: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Next:
        return cls(
            command=d["command"],
            reason=d["reason"],
        )


@dataclass(frozen=True, repr=True)
class Overall(Record):
    """Part of a result: `Overall`."""

    calibrated: dict[str, float]
    calibrated_without_equal: dict[str, float]
    finn: dict[str, float]
    in_range: dict[str, float]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Overall:
        return cls(
            calibrated=dict(d["calibrated"]),
            calibrated_without_equal=dict(d["calibratedWithoutEqual"]),
            finn=dict(d["finn"]),
            in_range=dict(d["inRange"]),
        )


@dataclass(frozen=True, repr=False)
class Calibration(Result):
    """How far resource estimates are off on placed builds."""

    kind: ClassVar[str] = "calibration"
    schema_version: ClassVar[int] = 2
    blocks: tuple[CalibrationBlock, ...]
    builds: tuple[CalibrationBlock, ...]
    data: str
    date: str
    model: str
    next: Next | None
    nodes: int
    overall: Overall

    @classmethod
    def read(cls, d: dict[str, Any]) -> Calibration:
        return cls(
            blocks=tuple(CalibrationBlock.read(v) for v in d["blocks"]),
            builds=tuple(CalibrationBlock.read(v) for v in d["builds"]),
            data=d["data"],
            date=d["date"],
            model=d["model"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            nodes=d["nodes"],
            overall=Overall.read(d["overall"]),
        )


@dataclass(frozen=True, repr=True)
class Finding(Record):
    """Part of a result: `Finding`."""

    diagnostic: Diagnostic | None
    file: str
    level: Literal["passed", "warning", "failed"]
    message: str
    next: Next | None
    rule: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Finding:
        return cls(
            diagnostic=(None if d["diagnostic"] is None else Diagnostic.read(d["diagnostic"])),
            file=d["file"],
            level=d["level"],
            message=d["message"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            rule=d["rule"],
        )


@dataclass(frozen=True, repr=True)
class Diagnostic(Record):
    """Part of a result: `Diagnostic`."""

    advice: str | None
    allowed: str | None
    code: str
    message: str
    node: str | None
    numbers: dict[str, int]
    place: str | None
    rule: str
    severity: Literal["error", "warning"]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Diagnostic:
        return cls(
            advice=d["advice"],
            allowed=d["allowed"],
            code=d["code"],
            message=d["message"],
            node=d["node"],
            numbers=dict(d["numbers"]),
            place=d["place"],
            rule=d["rule"],
            severity=d["severity"],
        )


@dataclass(frozen=True, repr=False)
class Check(Result):
    """What was looked at in each design, and whether it is as it should be."""

    kind: ClassVar[str] = "check"
    schema_version: ClassVar[int] = 2
    failed: bool
    findings: tuple[Finding, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Check:
        return cls(
            failed=d["failed"],
            findings=tuple(Finding.read(v) for v in d["findings"]),
        )


@dataclass(frozen=True, repr=True)
class Output(Record):
    """Part of a result: `Output`."""

    actual: float | None
    diagnosis: str | None
    differing: int
    dumped: int
    elements: int
    expected: float | None
    frame: int | None
    lane: int | None
    stream: str
    word: int | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Output:
        return cls(
            actual=d["actual"],
            diagnosis=d["diagnosis"],
            differing=d["differing"],
            dumped=d["dumped"],
            elements=d["elements"],
            expected=d["expected"],
            frame=d["frame"],
            lane=d["lane"],
            stream=d["stream"],
            word=d["word"],
        )


@dataclass(frozen=True, repr=False)
class CompareDump(Result):
    """A board's output dump beside what the design puts out."""

    kind: ClassVar[str] = "compare-dump"
    schema_version: ClassVar[int] = 2
    agrees: bool
    design: str
    next: Next | None
    outputs: tuple[Output, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> CompareDump:
        return cls(
            agrees=d["agrees"],
            design=d["design"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            outputs=tuple(Output.read(v) for v in d["outputs"]),
        )


@dataclass(frozen=True, repr=True)
class Comparison(Record):
    """Part of a result: `Comparison`."""

    agrees: bool
    design: str
    first_divergence: FirstDivergence | None
    inside_error_zone: tuple[str, ...] | None
    interrupted: bool
    layers: tuple[Layer, ...]
    next: Next | None
    ties: tuple[str, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Comparison:
        return cls(
            agrees=d["agrees"],
            design=d["design"],
            first_divergence=(None if d["firstDivergence"] is None else FirstDivergence.read(d["firstDivergence"])),
            inside_error_zone=(None if d["insideErrorZone"] is None else tuple(d["insideErrorZone"])),
            interrupted=d["interrupted"],
            layers=tuple(Layer.read(v) for v in d["layers"]),
            next=(None if d["next"] is None else Next.read(d["next"])),
            ties=tuple(d["ties"]),
        )


@dataclass(frozen=True, repr=True)
class FirstDivergence(Record):
    """Part of a result: `FirstDivergence`."""

    actual: float
    channel: int
    diagnosis: str
    expected: float
    fold: int
    frame: int
    index: tuple[int, ...]
    lane: int
    node: str
    origin: Origin | None
    stream: str
    uncompared: tuple[str, ...] | None
    word: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> FirstDivergence:
        return cls(
            actual=d["actual"],
            channel=d["channel"],
            diagnosis=d["diagnosis"],
            expected=d["expected"],
            fold=d["fold"],
            frame=d["frame"],
            index=tuple(d["index"]),
            lane=d["lane"],
            node=d["node"],
            origin=(None if d["origin"] is None else Origin.read(d["origin"])),
            stream=d["stream"],
            uncompared=(None if d["uncompared"] is None else tuple(d["uncompared"])),
            word=d["word"],
        )


@dataclass(frozen=True, repr=True)
class Origin(Record):
    """Part of a result: `Origin`."""

    cause: str
    event: str
    held_at: tuple[str, ...]
    node: str | None
    shifts_words: bool
    stream: str
    word: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Origin:
        return cls(
            cause=d["cause"],
            event=d["event"],
            held_at=tuple(d["heldAt"]),
            node=d["node"],
            shifts_words=d["shiftsWords"],
            stream=d["stream"],
            word=d["word"],
        )


@dataclass(frozen=True, repr=True)
class Layer(Record):
    """Part of a result: `Layer`."""

    differing: int
    elements: int
    first_missing_word: int | None
    maximum_error: float
    mean_error: float
    missing_words: int | None
    node: str
    psnr: float | None
    reference: str
    sqnr: float | None
    stream: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Layer:
        return cls(
            differing=d["differing"],
            elements=d["elements"],
            first_missing_word=d["firstMissingWord"],
            maximum_error=d["maximumError"],
            mean_error=d["meanError"],
            missing_words=d["missingWords"],
            node=d["node"],
            psnr=d["psnr"],
            reference=d["reference"],
            sqnr=d["sqnr"],
            stream=d["stream"],
        )


@dataclass(frozen=True, repr=True)
class Excused(Record):
    """Part of a result: `Excused`."""

    differing: int
    node: str
    stream: str
    values: tuple[Value, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Excused:
        return cls(
            differing=d["differing"],
            node=d["node"],
            stream=d["stream"],
            values=tuple(Value.read(v) for v in d["values"]),
        )


@dataclass(frozen=True, repr=True)
class Value(Record):
    """Part of a result: `Value`."""

    actual: float
    actual_bits: str
    channel: int
    expected: float
    expected_bits: str
    frame: int
    index: tuple[int, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Value:
        return cls(
            actual=d["actual"],
            actual_bits=d["actualBits"],
            channel=d["channel"],
            expected=d["expected"],
            expected_bits=d["expectedBits"],
            frame=d["frame"],
            index=tuple(d["index"]),
        )


@dataclass(frozen=True, repr=True)
class Verdict(Record):
    """Part of a result: `Verdict`."""

    advice: str
    finding: str
    is_certain: bool
    node: str
    quantiser: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Verdict:
        return cls(
            advice=d["advice"],
            finding=d["finding"],
            is_certain=d["isCertain"],
            node=d["node"],
            quantiser=d["quantiser"],
        )


@dataclass(frozen=True, repr=True)
class Wrong(Record):
    """Part of a result: `Wrong`."""

    actual: float
    actual_bits: str
    diagnosis: str
    differing: int
    elements: int
    expected: float
    expected_bits: str
    index: tuple[int, ...]
    node: str
    stream: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Wrong:
        return cls(
            actual=d["actual"],
            actual_bits=d["actualBits"],
            diagnosis=d["diagnosis"],
            differing=d["differing"],
            elements=d["elements"],
            expected=d["expected"],
            expected_bits=d["expectedBits"],
            index=tuple(d["index"]),
            node=d["node"],
            stream=d["stream"],
        )


@dataclass(frozen=True, repr=False)
class CompareModel(Result):
    """Every tensor against a model, each layer judged by itself."""

    kind: ClassVar[str] = "compare-model"
    schema_version: ClassVar[int] = 2
    comparison: Comparison
    excused: tuple[Excused, ...]
    next: Next | None
    not_compared: tuple[str, ...] | None
    verdicts: tuple[Verdict, ...]
    wrong: tuple[Wrong, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> CompareModel:
        return cls(
            comparison=Comparison.read(d["comparison"]),
            excused=tuple(Excused.read(v) for v in d["excused"]),
            next=(None if d["next"] is None else Next.read(d["next"])),
            not_compared=(None if d["notCompared"] is None else tuple(d["notCompared"])),
            verdicts=tuple(Verdict.read(v) for v in d["verdicts"]),
            wrong=tuple(Wrong.read(v) for v in d["wrong"]),
        )


@dataclass(frozen=True, repr=False)
class Compare(Result):
    """Every tensor against a reference, and the first that differs."""

    kind: ClassVar[str] = "compare"
    schema_version: ClassVar[int] = 2
    agrees: bool
    design: str
    first_divergence: FirstDivergence | None
    inside_error_zone: tuple[str, ...] | None
    interrupted: bool
    layers: tuple[Layer, ...]
    next: Next | None
    ties: tuple[str, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Compare:
        return cls(
            agrees=d["agrees"],
            design=d["design"],
            first_divergence=(None if d["firstDivergence"] is None else FirstDivergence.read(d["firstDivergence"])),
            inside_error_zone=(None if d["insideErrorZone"] is None else tuple(d["insideErrorZone"])),
            interrupted=d["interrupted"],
            layers=tuple(Layer.read(v) for v in d["layers"]),
            next=(None if d["next"] is None else Next.read(d["next"])),
            ties=tuple(d["ties"]),
        )


@dataclass(frozen=True, repr=True)
class Bound(Record):
    """Part of a result: `Bound`."""

    assumes_monotony: bool
    at_least: int
    found: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Bound:
        return cls(
            assumes_monotony=d["assumesMonotony"],
            at_least=d["atLeast"],
            found=d["found"],
        )


@dataclass(frozen=True, repr=True)
class Certificate(Record):
    """Part of a result: `Certificate`."""

    certain_depths: dict[str, int] | None
    reason: str
    verdict: Literal["live", "fragile", "none"]
    witness: dict[str, Any] | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Certificate:
        return cls(
            certain_depths=(None if d["certainDepths"] is None else dict(d["certainDepths"])),
            reason=d["reason"],
            verdict=d["verdict"],
            witness=d["witness"],
        )


@dataclass(frozen=True, repr=True)
class Fifo(Record):
    """Part of a result: `Fifo`."""

    depth_after: int
    depth_before: int
    from_: str
    max_occupancy: int
    name: str
    resources_after: Resources
    resources_before: Resources
    to: str
    width: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Fifo:
        return cls(
            depth_after=d["depthAfter"],
            depth_before=d["depthBefore"],
            from_=d["from"],
            max_occupancy=d["maxOccupancy"],
            name=d["name"],
            resources_after=Resources.read(d["resourcesAfter"]),
            resources_before=Resources.read(d["resourcesBefore"]),
            to=d["to"],
            width=d["width"],
        )


@dataclass(frozen=True, repr=True)
class FullSpeed(Record):
    """Part of a result: `FullSpeed`."""

    cycles_per_frame: float | None
    hazards: tuple[FullSpeedHazard, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> FullSpeed:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            hazards=tuple(FullSpeedHazard.read(v) for v in d["hazards"]),
        )


@dataclass(frozen=True, repr=True)
class FullSpeedHazard(Record):
    """Part of a result: `FullSpeedHazard`."""

    hazard: str
    node: str
    words: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> FullSpeedHazard:
        return cls(
            hazard=d["hazard"],
            node=d["node"],
            words=d["words"],
        )


@dataclass(frozen=True, repr=True)
class Latency(Record):
    """Part of a result: `Latency`."""

    first_frame_cycles: int
    microseconds: float

    @classmethod
    def read(cls, d: dict[str, Any]) -> Latency:
        return cls(
            first_frame_cycles=d["firstFrameCycles"],
            microseconds=d["microseconds"],
        )


@dataclass(frozen=True, repr=True)
class Margin(Record):
    """Part of a result: `Margin`."""

    added_words: int
    certified_words: int
    nodes: tuple[str, ...]
    samples: tuple[Sample, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Margin:
        return cls(
            added_words=d["addedWords"],
            certified_words=d["certifiedWords"],
            nodes=tuple(d["nodes"]),
            samples=tuple(Sample.read(v) for v in d["samples"]),
        )


@dataclass(frozen=True, repr=True)
class Sample(Record):
    """Part of a result: `Sample`."""

    cycles_per_frame: float
    schedule: str
    was_covered: bool

    @classmethod
    def read(cls, d: dict[str, Any]) -> Sample:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            schedule=d["schedule"],
            was_covered=d["wasCovered"],
        )


@dataclass(frozen=True, repr=False)
class FIFOSizing(Result):
    """FIFO depths that keep the full rate."""

    kind: ClassVar[str] = "fifo"
    schema_version: ClassVar[int] = 2
    bits_after: int
    bits_before: int
    bound: Bound | None
    certificate: Certificate
    clock_mhz: float
    complete: bool
    cycles_per_frame_after: float
    cycles_per_frame_before: float | None
    cycles_per_frame_unbounded: float
    design: str
    fifos: tuple[Fifo, ...]
    full_speed: FullSpeed | None
    latency_after: Latency | None
    latency_before: Latency | None
    margin: Margin | None
    next: Next | None
    resources_after: Resources
    resources_before: Resources
    simulations: int
    total_after: int
    total_before: int
    verified: bool
    verified_assumes_monotony: bool

    @classmethod
    def read(cls, d: dict[str, Any]) -> FIFOSizing:
        return cls(
            bits_after=d["bitsAfter"],
            bits_before=d["bitsBefore"],
            bound=(None if d["bound"] is None else Bound.read(d["bound"])),
            certificate=Certificate.read(d["certificate"]),
            clock_mhz=d["clockMHz"],
            complete=d["complete"],
            cycles_per_frame_after=d["cyclesPerFrameAfter"],
            cycles_per_frame_before=d["cyclesPerFrameBefore"],
            cycles_per_frame_unbounded=d["cyclesPerFrameUnbounded"],
            design=d["design"],
            fifos=tuple(Fifo.read(v) for v in d["fifos"]),
            full_speed=(None if d["fullSpeed"] is None else FullSpeed.read(d["fullSpeed"])),
            latency_after=(None if d["latencyAfter"] is None else Latency.read(d["latencyAfter"])),
            latency_before=(None if d["latencyBefore"] is None else Latency.read(d["latencyBefore"])),
            margin=(None if d["margin"] is None else Margin.read(d["margin"])),
            next=(None if d["next"] is None else Next.read(d["next"])),
            resources_after=Resources.read(d["resourcesAfter"]),
            resources_before=Resources.read(d["resourcesBefore"]),
            simulations=d["simulations"],
            total_after=d["totalAfter"],
            total_before=d["totalBefore"],
            verified=d["verified"],
            verified_assumes_monotony=d["verifiedAssumesMonotony"],
        )


@dataclass(frozen=True, repr=True)
class BottleneckChain(Record):
    """Part of a result: `BottleneckChain`."""

    cycles_alone: int
    node: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> BottleneckChain:
        return cls(
            cycles_alone=d["cyclesAlone"],
            node=d["node"],
        )


@dataclass(frozen=True, repr=True)
class Chosen(Record):
    """Part of a result: `Chosen`."""

    algorithm: str
    cycles_per_frame: float
    fifo_words: int
    finn_resources: Resources
    fps: float
    high: Resources
    latency: Latency | None
    resources: Resources

    @classmethod
    def read(cls, d: dict[str, Any]) -> Chosen:
        return cls(
            algorithm=d["algorithm"],
            cycles_per_frame=d["cyclesPerFrame"],
            fifo_words=d["fifoWords"],
            finn_resources=Resources.read(d["finnResources"]),
            fps=d["fps"],
            high=Resources.read(d["high"]),
            latency=(None if d["latency"] is None else Latency.read(d["latency"])),
            resources=Resources.read(d["resources"]),
        )


@dataclass(frozen=True, repr=True)
class FasterFolding(Record):
    """Part of a result: `FasterFolding`."""

    changed_nodes: tuple[str, ...]
    cycles_per_frame: int
    fps: float
    resources: Resources

    @classmethod
    def read(cls, d: dict[str, Any]) -> FasterFolding:
        return cls(
            changed_nodes=tuple(d["changedNodes"]),
            cycles_per_frame=d["cyclesPerFrame"],
            fps=d["fps"],
            resources=Resources.read(d["resources"]),
        )


@dataclass(frozen=True, repr=True)
class Fixed(Record):
    """Part of a result: `Fixed`."""

    attribute: str
    node: str
    op_type: str
    reason: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Fixed:
        return cls(
            attribute=d["attribute"],
            node=d["node"],
            op_type=d["opType"],
            reason=d["reason"],
        )


@dataclass(frozen=True, repr=True)
class FoldLayer(Record):
    """Part of a result: `FoldLayer`."""

    after: After
    before: After
    node: str
    op_type: str
    reason: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> FoldLayer:
        return cls(
            after=After.read(d["after"]),
            before=After.read(d["before"]),
            node=d["node"],
            op_type=d["opType"],
            reason=d["reason"],
        )


@dataclass(frozen=True, repr=True)
class After(Record):
    """Part of a result: `After`."""

    cycles: int
    memory: str
    pe: int | None
    resources: Resources
    simd: int | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> After:
        return cls(
            cycles=d["cycles"],
            memory=d["memory"],
            pe=d["pe"],
            resources=Resources.read(d["resources"]),
            simd=d["simd"],
        )


@dataclass(frozen=True, repr=True)
class QueueOverflow(Record):
    """Part of a result: `QueueOverflow`."""

    avoided: tuple[str, ...]
    remaining: tuple[str, ...]
    resources: Resources

    @classmethod
    def read(cls, d: dict[str, Any]) -> QueueOverflow:
        return cls(
            avoided=tuple(d["avoided"]),
            remaining=tuple(d["remaining"]),
            resources=Resources.read(d["resources"]),
        )


@dataclass(frozen=True, repr=False)
class Fold(Result):
    """PE, SIMD, memories and FIFO depths for a rate or a part."""

    kind: ClassVar[str] = "fold"
    schema_version: ClassVar[int] = 2
    bottleneck_chain: tuple[BottleneckChain, ...]
    budget: Resources | None
    chosen: Chosen
    clock_mhz: float
    design: str
    faster_folding: FasterFolding | None
    finn: Chosen | None
    fixed: tuple[Fixed, ...]
    hazards: tuple[FullSpeedHazard, ...]
    layers: tuple[FoldLayer, ...]
    meets_goal: bool
    next: Next | None
    part: str | None
    queue_overflow: QueueOverflow | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Fold:
        return cls(
            bottleneck_chain=tuple(BottleneckChain.read(v) for v in d["bottleneckChain"]),
            budget=(None if d["budget"] is None else Resources.read(d["budget"])),
            chosen=Chosen.read(d["chosen"]),
            clock_mhz=d["clockMHz"],
            design=d["design"],
            faster_folding=(None if d["fasterFolding"] is None else FasterFolding.read(d["fasterFolding"])),
            finn=(None if d["finn"] is None else Chosen.read(d["finn"])),
            fixed=tuple(Fixed.read(v) for v in d["fixed"]),
            hazards=tuple(FullSpeedHazard.read(v) for v in d["hazards"]),
            layers=tuple(FoldLayer.read(v) for v in d["layers"]),
            meets_goal=d["meetsGoal"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            part=d["part"],
            queue_overflow=(None if d["queueOverflow"] is None else QueueOverflow.read(d["queueOverflow"])),
        )


@dataclass(frozen=True, repr=True)
class Bits(Record):
    """Part of a result: `Bits`."""

    approximate: dict[str, str]
    differing_words: dict[str, int]
    findings: tuple[BitsFinding, ...]
    hazards_off: tuple[str, ...]
    origins: tuple[BitsOrigin, ...]
    outputs: tuple[BitsOutput, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Bits:
        return cls(
            approximate=dict(d["approximate"]),
            differing_words=dict(d["differingWords"]),
            findings=tuple(BitsFinding.read(v) for v in d["findings"]),
            hazards_off=tuple(d["hazardsOff"]),
            origins=tuple(BitsOrigin.read(v) for v in d["origins"]),
            outputs=tuple(BitsOutput.read(v) for v in d["outputs"]),
        )


@dataclass(frozen=True, repr=True)
class BitsFinding(Record):
    """Part of a result: `BitsFinding`."""

    first_frame: int
    frames: int
    kind: str
    node: str
    text: str
    values: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> BitsFinding:
        return cls(
            first_frame=d["firstFrame"],
            frames=d["frames"],
            kind=d["kind"],
            node=d["node"],
            text=d["text"],
            values=d["values"],
        )


@dataclass(frozen=True, repr=True)
class BitsOrigin(Record):
    """Part of a result: `BitsOrigin`."""

    origin: Origin
    output: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> BitsOrigin:
        return cls(
            origin=Origin.read(d["origin"]),
            output=d["output"],
        )


@dataclass(frozen=True, repr=True)
class BitsOutput(Record):
    """Part of a result: `BitsOutput`."""

    data_type: str
    name: str
    shape: tuple[int, ...]
    words: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> BitsOutput:
        return cls(
            data_type=d["dataType"],
            name=d["name"],
            shape=tuple(d["shape"]),
            words=d["words"],
        )


@dataclass(frozen=True, repr=False)
class Frames(Result):
    """Whole frames computed, without a notion of time."""

    kind: ClassVar[str] = "frames"
    schema_version: ClassVar[int] = 2
    bits: Bits
    design: str
    frames: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Frames:
        return cls(
            bits=Bits.read(d["bits"]),
            design=d["design"],
            frames=d["frames"],
        )


@dataclass(frozen=True, repr=True)
class FaultEffect(Record):
    """Part of a result: `FaultEffect`."""

    effect: Literal["masked", "heals", "never"]
    first_frame: int | None
    first_word: int | None
    frames: int | None
    is_measured: bool
    missing_frames: int
    output: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> FaultEffect:
        return cls(
            effect=d["effect"],
            first_frame=d["firstFrame"],
            first_word=d["firstWord"],
            frames=d["frames"],
            is_measured=d["isMeasured"],
            missing_frames=d["missingFrames"],
            output=d["output"],
        )


@dataclass(frozen=True, repr=True)
class HangFifo(Record):
    """Part of a result: `HangFifo`."""

    depth: int
    final_occupancy: int
    from_: str
    max_occupancy: int | None
    name: str
    to: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> HangFifo:
        return cls(
            depth=d["depth"],
            final_occupancy=d["finalOccupancy"],
            from_=d["from"],
            max_occupancy=d["maxOccupancy"],
            name=d["name"],
            to=d["to"],
        )


@dataclass(frozen=True, repr=True)
class FirstBlocked(Record):
    """Part of a result: `FirstBlocked`."""

    cycle: int
    node: str
    stream: str
    word: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> FirstBlocked:
        return cls(
            cycle=d["cycle"],
            node=d["node"],
            stream=d["stream"],
            word=d["word"],
        )


@dataclass(frozen=True, repr=True)
class Fix(Record):
    """Part of a result: `Fix`."""

    cycles_per_frame: float | None
    depth: int
    fifo: str
    is_confirmed: bool
    is_steady: bool
    minimal_depth: int | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Fix:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            depth=d["depth"],
            fifo=d["fifo"],
            is_confirmed=d["isConfirmed"],
            is_steady=d["isSteady"],
            minimal_depth=d["minimalDepth"],
        )


@dataclass(frozen=True, repr=True)
class MinimalTotal(Record):
    """Part of a result: `MinimalTotal`."""

    added_words: int
    cycles_per_frame: float | None
    depths: dict[str, int]
    is_minimal: bool

    @classmethod
    def read(cls, d: dict[str, Any]) -> MinimalTotal:
        return cls(
            added_words=d["addedWords"],
            cycles_per_frame=d["cyclesPerFrame"],
            depths=dict(d["depths"]),
            is_minimal=d["isMinimal"],
        )


@dataclass(frozen=True, repr=True)
class WaitCycle(Record):
    """Part of a result: `WaitCycle`."""

    blocked_since: int | None
    blocked_word: int | None
    capacity: int
    fifos: tuple[str, ...]
    held: int
    node: str
    stream: str
    through: tuple[str, ...]
    waits_for: Literal["word", "room"]
    words: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> WaitCycle:
        return cls(
            blocked_since=d["blockedSince"],
            blocked_word=d["blockedWord"],
            capacity=d["capacity"],
            fifos=tuple(d["fifos"]),
            held=d["held"],
            node=d["node"],
            stream=d["stream"],
            through=tuple(d["through"]),
            waits_for=d["waitsFor"],
            words=d["words"],
        )


@dataclass(frozen=True, repr=False)
class Hang(Result):
    """Whether a design hangs, why, and what frees it."""

    kind: ClassVar[str] = "hang"
    schema_version: ClassVar[int] = 2
    cause: str | None
    certificate: Certificate
    completed_frames: int
    cycle: int | None
    design: str
    fault_effects: tuple[FaultEffect, ...]
    fifos: tuple[HangFifo, ...]
    first_blocked: FirstBlocked | None
    fixes: tuple[Fix, ...]
    frames: int
    interrupted: bool
    minimal_total: MinimalTotal | None
    next: Next | None
    outcome: Literal["complete", "deadlock", "starved", "max-cycles"]
    starvation: tuple[str, ...]
    wait_cycle: tuple[WaitCycle, ...]
    waits: tuple[WaitCycle, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Hang:
        return cls(
            cause=d["cause"],
            certificate=Certificate.read(d["certificate"]),
            completed_frames=d["completedFrames"],
            cycle=d["cycle"],
            design=d["design"],
            fault_effects=tuple(FaultEffect.read(v) for v in d["faultEffects"]),
            fifos=tuple(HangFifo.read(v) for v in d["fifos"]),
            first_blocked=(None if d["firstBlocked"] is None else FirstBlocked.read(d["firstBlocked"])),
            fixes=tuple(Fix.read(v) for v in d["fixes"]),
            frames=d["frames"],
            interrupted=d["interrupted"],
            minimal_total=(None if d["minimalTotal"] is None else MinimalTotal.read(d["minimalTotal"])),
            next=(None if d["next"] is None else Next.read(d["next"])),
            outcome=d["outcome"],
            starvation=tuple(d["starvation"]),
            wait_cycle=tuple(WaitCycle.read(v) for v in d["waitCycle"]),
            waits=tuple(WaitCycle.read(v) for v in d["waits"]),
        )


@dataclass(frozen=True, repr=True)
class Entry(Record):
    """Part of a result: `Entry`."""

    condition: str
    hazard: str
    node: str
    op_type: str
    scenario: dict[str, Any] | None
    status: Literal["confirmed", "possible", "by-value", "by-count"]
    stimulus: str | None
    words: int | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Entry:
        return cls(
            condition=d["condition"],
            hazard=d["hazard"],
            node=d["node"],
            op_type=d["opType"],
            scenario=d["scenario"],
            status=d["status"],
            stimulus=d["stimulus"],
            words=d["words"],
        )


@dataclass(frozen=True, repr=False)
class Hazards(Result):
    """Where a design can meet known defects of its blocks."""

    kind: ClassVar[str] = "hazards"
    schema_version: ClassVar[int] = 2
    design: str
    entries: tuple[Entry, ...]
    frames: int
    interrupted: bool
    next: Next | None
    runs_tried: int
    seed: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Hazards:
        return cls(
            design=d["design"],
            entries=tuple(Entry.read(v) for v in d["entries"]),
            frames=d["frames"],
            interrupted=d["interrupted"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            runs_tried=d["runsTried"],
            seed=d["seed"],
        )


@dataclass(frozen=True, repr=True)
class ReferenceOutput(Record):
    """Part of a result: `ReferenceOutput`."""

    name: str
    shape: tuple[int, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> ReferenceOutput:
        return cls(
            name=d["name"],
            shape=tuple(d["shape"]),
        )


@dataclass(frozen=True, repr=False)
class Reference(Result):
    """Whole frames computed as the model was trained."""

    kind: ClassVar[str] = "reference"
    schema_version: ClassVar[int] = 2
    frames: int
    model: str
    operations: int
    outputs: tuple[ReferenceOutput, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Reference:
        return cls(
            frames=d["frames"],
            model=d["model"],
            operations=d["operations"],
            outputs=tuple(ReferenceOutput.read(v) for v in d["outputs"]),
        )


@dataclass(frozen=True, repr=True)
class RepeatRun(Record):
    """Part of a result: `RepeatRun`."""

    difference: Difference | None
    hazards: tuple[FullSpeedHazard, ...] | None
    outcome: Literal["complete", "deadlock", "starved", "max-cycles"]
    stimulus: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> RepeatRun:
        return cls(
            difference=(None if d["difference"] is None else Difference.read(d["difference"])),
            hazards=(None if d["hazards"] is None else tuple(FullSpeedHazard.read(v) for v in d["hazards"])),
            outcome=d["outcome"],
            stimulus=d["stimulus"],
        )


@dataclass(frozen=True, repr=True)
class Difference(Record):
    """Part of a result: `Difference`."""

    actual: str | None
    causes: tuple[str, ...]
    element: int
    expected: str
    explanation: str
    frame: int
    frames: int
    output: str
    word: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Difference:
        return cls(
            actual=d["actual"],
            causes=tuple(d["causes"]),
            element=d["element"],
            expected=d["expected"],
            explanation=d["explanation"],
            frame=d["frame"],
            frames=d["frames"],
            output=d["output"],
            word=d["word"],
        )


@dataclass(frozen=True, repr=False)
class Repeat(Result):
    """One frame many times over: whether it always comes out the same."""

    kind: ClassVar[str] = "repeat"
    schema_version: ClassVar[int] = 2
    design: str
    repeats: int
    runs: tuple[RepeatRun, ...]
    seed: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Repeat:
        return cls(
            design=d["design"],
            repeats=d["repeats"],
            runs=tuple(RepeatRun.read(v) for v in d["runs"]),
            seed=d["seed"],
        )


@dataclass(frozen=True, repr=True)
class CapturePlace(Record):
    """Part of a result: `CapturePlace`."""

    cycle: int
    frames: int
    has_stalls: bool
    others: int
    stream: str
    words: dict[str, int]

    @classmethod
    def read(cls, d: dict[str, Any]) -> CapturePlace:
        return cls(
            cycle=d["cycle"],
            frames=d["frames"],
            has_stalls=d["hasStalls"],
            others=d["others"],
            stream=d["stream"],
            words=dict(d["words"]),
        )


@dataclass(frozen=True, repr=True)
class FirstDifference(Record):
    """Part of a result: `FirstDifference`."""

    missing_words: int | None
    recorded: int | None
    replayed: int | None
    stream: str
    word: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> FirstDifference:
        return cls(
            missing_words=d["missingWords"],
            recorded=d["recorded"],
            replayed=d["replayed"],
            stream=d["stream"],
            word=d["word"],
        )


@dataclass(frozen=True, repr=False)
class Replay(Result):
    """Whether a run was repeated handshake by handshake."""

    kind: ClassVar[str] = "replay"
    schema_version: ClassVar[int] = 2
    capture_place: CapturePlace | None
    design: str
    first_difference: FirstDifference | None
    handshakes: int
    outcome: Literal["complete", "deadlock", "starved", "max-cycles"]
    streams: tuple[str, ...]
    unknown_handshakes: int
    unknown_streams: tuple[str, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Replay:
        return cls(
            capture_place=(None if d["capturePlace"] is None else CapturePlace.read(d["capturePlace"])),
            design=d["design"],
            first_difference=(None if d["firstDifference"] is None else FirstDifference.read(d["firstDifference"])),
            handshakes=d["handshakes"],
            outcome=d["outcome"],
            streams=tuple(d["streams"]),
            unknown_handshakes=d["unknownHandshakes"],
            unknown_streams=tuple(d["unknownStreams"]),
        )


@dataclass(frozen=True, repr=True)
class Exactness(Record):
    """Part of a result: `Exactness`."""

    approximate: dict[str, str]
    exact: tuple[str, ...]
    finn_generation: str
    generation_note: str | None
    predicted: dict[str, str]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Exactness:
        return cls(
            approximate=dict(d["approximate"]),
            exact=tuple(d["exact"]),
            finn_generation=d["finnGeneration"],
            generation_note=d["generationNote"],
            predicted=dict(d["predicted"]),
        )


@dataclass(frozen=True, repr=True)
class RunTiming(Record):
    """Part of a result: `RunTiming`."""

    node: str
    timing: Timing

    @classmethod
    def read(cls, d: dict[str, Any]) -> RunTiming:
        return cls(
            node=d["node"],
            timing=Timing.read(d["timing"]),
        )


@dataclass(frozen=True, repr=False)
class Run(Result):
    """A run by cycles: outcome, FIFOs, handshakes, hazards, bits."""

    kind: ClassVar[str] = "run"
    schema_version: ClassVar[int] = 2
    bits: Bits | None
    cause: str | None
    clock_mhz: float
    design: str
    endless: tuple[str, ...] | None
    exactness: Exactness
    fifos: tuple[HangFifo, ...]
    frame_end_cycles: tuple[int, ...]
    frame_end_cycles_by_output: dict[str, tuple[int, ...]]
    frames: int
    handshake_counts: dict[str, int]
    hazards: tuple[FullSpeedHazard, ...]
    last_handshake_cycle: int | None
    max_cycles: int | None
    next: Next | None
    outcome: Literal["complete", "deadlock", "starved", "max-cycles"]
    timings: tuple[RunTiming, ...]
    unfinished: dict[str, int]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Run:
        return cls(
            bits=(None if d["bits"] is None else Bits.read(d["bits"])),
            cause=d["cause"],
            clock_mhz=d["clockMHz"],
            design=d["design"],
            endless=(None if d["endless"] is None else tuple(d["endless"])),
            exactness=Exactness.read(d["exactness"]),
            fifos=tuple(HangFifo.read(v) for v in d["fifos"]),
            frame_end_cycles=tuple(d["frameEndCycles"]),
            frame_end_cycles_by_output={k: tuple(v) for k, v in d["frameEndCyclesByOutput"].items()},
            frames=d["frames"],
            handshake_counts=dict(d["handshakeCounts"]),
            hazards=tuple(FullSpeedHazard.read(v) for v in d["hazards"]),
            last_handshake_cycle=d["lastHandshakeCycle"],
            max_cycles=d["maxCycles"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            outcome=d["outcome"],
            timings=tuple(RunTiming.read(v) for v in d["timings"]),
            unfinished=dict(d["unfinished"]),
        )


@dataclass(frozen=True, repr=True)
class StressFinding(Record):
    """Part of a result: `StressFinding`."""

    detail: str
    harm: Literal["hang", "surplus-words", "lost-words", "changed-bits"]
    is_measured: bool
    pattern: int
    scenario: dict[str, Any]

    @classmethod
    def read(cls, d: dict[str, Any]) -> StressFinding:
        return cls(
            detail=d["detail"],
            harm=d["harm"],
            is_measured=d["isMeasured"],
            pattern=d["pattern"],
            scenario=d["scenario"],
        )


@dataclass(frozen=True, repr=False)
class Stress(Result):
    """Whether a stall pattern does harm."""

    kind: ClassVar[str] = "stress"
    schema_version: ClassVar[int] = 2
    design: str
    finding: StressFinding | None
    frames: int
    interrupted: bool
    patterns_tried: int
    seed: int
    skipped: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Stress:
        return cls(
            design=d["design"],
            finding=(None if d["finding"] is None else StressFinding.read(d["finding"])),
            frames=d["frames"],
            interrupted=d["interrupted"],
            patterns_tried=d["patternsTried"],
            seed=d["seed"],
            skipped=d["skipped"],
        )


@dataclass(frozen=True, repr=True)
class Front(Record):
    """Part of a result: `Front`."""

    address: str
    choices: dict[str, str]
    cycles_per_frame: float
    fps: float
    hazard: str | None
    latency: Latency
    point: str
    resources: Resources

    @classmethod
    def read(cls, d: dict[str, Any]) -> Front:
        return cls(
            address=d["address"],
            choices=dict(d["choices"]),
            cycles_per_frame=d["cyclesPerFrame"],
            fps=d["fps"],
            hazard=d["hazard"],
            latency=Latency.read(d["latency"]),
            point=d["point"],
            resources=Resources.read(d["resources"]),
        )


@dataclass(frozen=True, repr=False)
class Sweep(Result):
    """The points of a sweep that no other point beats."""

    kind: ClassVar[str] = "sweep"
    schema_version: ClassVar[int] = 2
    front: tuple[Front, ...]
    notes: tuple[str, ...]
    points: int

    @classmethod
    def read(cls, d: dict[str, Any]) -> Sweep:
        return cls(
            front=tuple(Front.read(v) for v in d["front"]),
            notes=tuple(d["notes"]),
            points=d["points"],
        )


@dataclass(frozen=True, repr=True)
class Bottleneck(Record):
    """Part of a result: `Bottleneck`."""

    cycles_alone: int | None
    full_fifos: tuple[str, ...]
    limit: Literal["compute", "memory", "fifo", "source"] | None
    limiting_fifo: LimitingFIFO | None
    node: str | None
    port_width: int | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Bottleneck:
        return cls(
            cycles_alone=d["cyclesAlone"],
            full_fifos=tuple(d["fullFIFOs"]),
            limit=d["limit"],
            limiting_fifo=(None if d["limitingFIFO"] is None else LimitingFIFO.read(d["limitingFIFO"])),
            node=d["node"],
            port_width=d["portWidth"],
        )


@dataclass(frozen=True, repr=True)
class LimitingFIFO(Record):
    """Part of a result: `LimitingFIFO`."""

    cycles_per_frame_deeper: float
    depth: int
    from_: str
    name: str
    to: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> LimitingFIFO:
        return cls(
            cycles_per_frame_deeper=d["cyclesPerFrameDeeper"],
            depth=d["depth"],
            from_=d["from"],
            name=d["name"],
            to=d["to"],
        )


@dataclass(frozen=True, repr=True)
class Cost(Record):
    """Part of a result: `Cost`."""

    calibrated: Calibrated | None
    clock_warnings: tuple[str, ...]
    device: Resources | None
    finn_resources: Resources
    fits: bool | None
    high: Resources
    part: str | None
    resources: Resources
    utilisation: dict[str, float] | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Cost:
        return cls(
            calibrated=(None if d["calibrated"] is None else Calibrated.read(d["calibrated"])),
            clock_warnings=tuple(d["clockWarnings"]),
            device=(None if d["device"] is None else Resources.read(d["device"])),
            finn_resources=Resources.read(d["finnResources"]),
            fits=d["fits"],
            high=Resources.read(d["high"]),
            part=d["part"],
            resources=Resources.read(d["resources"]),
            utilisation=(None if d["utilisation"] is None else dict(d["utilisation"])),
        )


@dataclass(frozen=True, repr=True)
class FinnEstimate(Record):
    """Part of a result: `FinnEstimate`."""

    cycles_per_frame: int
    fps: float

    @classmethod
    def read(cls, d: dict[str, Any]) -> FinnEstimate:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            fps=d["fps"],
        )


@dataclass(frozen=True, repr=True)
class Node(Record):
    """Part of a result: `Node`."""

    calibrated: Calibrated | None
    cycles_alone: int
    exact: bool
    expected_cycles: int
    finn_resources: Resources
    name: str
    op_type: str
    resources: Resources
    timing: Timing
    utilisation: float | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Node:
        return cls(
            calibrated=(None if d["calibrated"] is None else Calibrated.read(d["calibrated"])),
            cycles_alone=d["cyclesAlone"],
            exact=d["exact"],
            expected_cycles=d["expectedCycles"],
            finn_resources=Resources.read(d["finnResources"]),
            name=d["name"],
            op_type=d["opType"],
            resources=Resources.read(d["resources"]),
            timing=Timing.read(d["timing"]),
            utilisation=d["utilisation"],
        )


@dataclass(frozen=True, repr=True)
class Range(Record):
    """Part of a result: `Range`."""

    bound: RangeBound | None
    decisive_cycles_alone: tuple[int, ...] | None
    decisive_node: str | None
    least_fps: float | None
    method: str
    most_fps: float | None
    nodes: tuple[str, ...]
    samples: tuple[RangeSample, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Range:
        return cls(
            bound=(None if d["bound"] is None else RangeBound.read(d["bound"])),
            decisive_cycles_alone=(None if d["decisiveCyclesAlone"] is None else tuple(d["decisiveCyclesAlone"])),
            decisive_node=d["decisiveNode"],
            least_fps=d["leastFPS"],
            method=d["method"],
            most_fps=d["mostFPS"],
            nodes=tuple(d["nodes"]),
            samples=tuple(RangeSample.read(v) for v in d["samples"]),
        )


@dataclass(frozen=True, repr=True)
class RangeBound(Record):
    """Part of a result: `RangeBound`."""

    cycles_per_frame: float
    nodes: tuple[str, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> RangeBound:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            nodes=tuple(d["nodes"]),
        )


@dataclass(frozen=True, repr=True)
class RangeSample(Record):
    """Part of a result: `RangeSample`."""

    cycles_per_frame: float | None
    schedule: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> RangeSample:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            schedule=d["schedule"],
        )


@dataclass(frozen=True, repr=True)
class Stuck(Record):
    """Part of a result: `Stuck`."""

    cause: str | None
    empty_fifos: tuple[str, ...]
    full_fifos: tuple[str, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Stuck:
        return cls(
            cause=d["cause"],
            empty_fifos=tuple(d["emptyFIFOs"]),
            full_fifos=tuple(d["fullFIFOs"]),
        )


@dataclass(frozen=True, repr=True)
class ThroughputThroughput(Record):
    """Part of a result: `ThroughputThroughput`."""

    cycles_per_frame: float | None
    cycles_per_frame_exact: str | None
    fps: float | None
    simulated_frames: int | None
    steady_state: bool

    @classmethod
    def read(cls, d: dict[str, Any]) -> ThroughputThroughput:
        return cls(
            cycles_per_frame=d["cyclesPerFrame"],
            cycles_per_frame_exact=d["cyclesPerFrameExact"],
            fps=d["fps"],
            simulated_frames=d["simulatedFrames"],
            steady_state=d["steadyState"],
        )


@dataclass(frozen=True, repr=True)
class Transfers(Record):
    """Part of a result: `Transfers`."""

    batch: int
    fps_alone: float
    fps_in_batches: float
    memory_latency: int
    node: str

    @classmethod
    def read(cls, d: dict[str, Any]) -> Transfers:
        return cls(
            batch=d["batch"],
            fps_alone=d["fpsAlone"],
            fps_in_batches=d["fpsInBatches"],
            memory_latency=d["memoryLatency"],
            node=d["node"],
        )


@dataclass(frozen=True, repr=False)
class Throughput(Result):
    """How fast a design is, what limits it, what it costs."""

    kind: ClassVar[str] = "throughput"
    schema_version: ClassVar[int] = 2
    bottleneck: Bottleneck
    clock_mhz: float
    cost: Cost
    design: str
    exactness: Exactness
    finn_estimate: FinnEstimate | None
    first_output_cycle: int | None
    hazards: tuple[FullSpeedHazard, ...]
    latency: Latency | None
    longest_silence_cycles: int | None
    next: Next | None
    nodes: tuple[Node, ...]
    outcome: Literal["complete", "deadlock", "starved", "max-cycles"]
    range: Range | None
    stuck: Stuck | None
    throughput: ThroughputThroughput
    transfers: Transfers | None

    @classmethod
    def read(cls, d: dict[str, Any]) -> Throughput:
        return cls(
            bottleneck=Bottleneck.read(d["bottleneck"]),
            clock_mhz=d["clockMHz"],
            cost=Cost.read(d["cost"]),
            design=d["design"],
            exactness=Exactness.read(d["exactness"]),
            finn_estimate=(None if d["finnEstimate"] is None else FinnEstimate.read(d["finnEstimate"])),
            first_output_cycle=d["firstOutputCycle"],
            hazards=tuple(FullSpeedHazard.read(v) for v in d["hazards"]),
            latency=(None if d["latency"] is None else Latency.read(d["latency"])),
            longest_silence_cycles=d["longestSilenceCycles"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            nodes=tuple(Node.read(v) for v in d["nodes"]),
            outcome=d["outcome"],
            range=(None if d["range"] is None else Range.read(d["range"])),
            stuck=(None if d["stuck"] is None else Stuck.read(d["stuck"])),
            throughput=ThroughputThroughput.read(d["throughput"]),
            transfers=(None if d["transfers"] is None else Transfers.read(d["transfers"])),
        )


@dataclass(frozen=True, repr=True)
class Report(Record):
    """Part of a result: `Report`."""

    bits: Bits | None
    cause: str | None
    clock_mhz: float
    design: str
    endless: tuple[str, ...] | None
    exactness: Exactness
    fifos: tuple[HangFifo, ...]
    frame_end_cycles: tuple[int, ...]
    frame_end_cycles_by_output: dict[str, tuple[int, ...]]
    frames: int
    handshake_counts: dict[str, int]
    hazards: tuple[FullSpeedHazard, ...]
    last_handshake_cycle: int | None
    max_cycles: int | None
    next: Next | None
    outcome: Literal["complete", "deadlock", "starved", "max-cycles"]
    timings: tuple[RunTiming, ...]
    unfinished: dict[str, int]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Report:
        return cls(
            bits=(None if d["bits"] is None else Bits.read(d["bits"])),
            cause=d["cause"],
            clock_mhz=d["clockMHz"],
            design=d["design"],
            endless=(None if d["endless"] is None else tuple(d["endless"])),
            exactness=Exactness.read(d["exactness"]),
            fifos=tuple(HangFifo.read(v) for v in d["fifos"]),
            frame_end_cycles=tuple(d["frameEndCycles"]),
            frame_end_cycles_by_output={k: tuple(v) for k, v in d["frameEndCyclesByOutput"].items()},
            frames=d["frames"],
            handshake_counts=dict(d["handshakeCounts"]),
            hazards=tuple(FullSpeedHazard.read(v) for v in d["hazards"]),
            last_handshake_cycle=d["lastHandshakeCycle"],
            max_cycles=d["maxCycles"],
            next=(None if d["next"] is None else Next.read(d["next"])),
            outcome=d["outcome"],
            timings=tuple(RunTiming.read(v) for v in d["timings"]),
            unfinished=dict(d["unfinished"]),
        )


@dataclass(frozen=True, repr=True)
class Stream(Record):
    """Part of a result: `Stream`."""

    cycles: tuple[int, ...]
    first_index: int | None
    name: str
    offered: tuple[int, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Stream:
        return cls(
            cycles=tuple(d["cycles"]),
            first_index=d["firstIndex"],
            name=d["name"],
            offered=tuple(d["offered"]),
        )


@dataclass(frozen=True, repr=False)
class Trace(Result):
    """A recorded run with the cycles of all handshakes."""

    kind: ClassVar[str] = "trace"
    schema_version: ClassVar[int] = 2
    damage: str | None
    design: str
    report: Report | None
    scenario: dict[str, Any]
    streams: tuple[Stream, ...]

    @classmethod
    def read(cls, d: dict[str, Any]) -> Trace:
        return cls(
            damage=d["damage"],
            design=d["design"],
            report=(None if d["report"] is None else Report.read(d["report"])),
            scenario=d["scenario"],
            streams=tuple(Stream.read(v) for v in d["streams"]),
        )


#: The class of every kind of document.
KINDS: dict[str, type[Result]] = {
    "accuracy": Accuracy,
    "block": BlockCost,
    "block-attributes": BlockAttributes,
    "blocks": Blocks,
    "calibration": Calibration,
    "check": Check,
    "compare": Compare,
    "compare-dump": CompareDump,
    "compare-model": CompareModel,
    "fifo": FIFOSizing,
    "fold": Fold,
    "frames": Frames,
    "hang": Hang,
    "hazards": Hazards,
    "reference": Reference,
    "repeat": Repeat,
    "replay": Replay,
    "run": Run,
    "stress": Stress,
    "sweep": Sweep,
    "throughput": Throughput,
    "trace": Trace,
}
