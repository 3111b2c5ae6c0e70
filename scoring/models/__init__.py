"""How ready contacts are. Django finds models here."""

from scoring.models.backtest import Backtest
from scoring.models.model import Rule, ScoringModel
from scoring.models.score import Crossing, Score, StaleMark

__all__ = ["Backtest", "Crossing", "Rule", "Score", "ScoringModel", "StaleMark"]
