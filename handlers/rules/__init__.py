"""Judgement without windows: pure rules over plain values, each with its source."""
