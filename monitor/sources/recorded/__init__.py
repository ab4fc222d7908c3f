"""Recordings of vital signs as sources: WFDB, Vital Recorder, and tables of several families."""

from monitor.sources.recorded.inspection import inspect
from monitor.sources.recorded.simulated_csv import write_recording
from monitor.sources.recorded.source import RecordedSource, open_recording
from monitor.sources.recorded.waves import read_waves

__all__ = ["RecordedSource", "inspect", "open_recording", "read_waves", "write_recording"]
