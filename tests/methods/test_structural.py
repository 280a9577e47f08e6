"""Structural models, held against published tables and against the program that fits them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.statespace.structural import UnobservedComponents

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.structural import structural


@pytest.fixture(scope="module")
def nile() -> np.ndarray:
    """Yearly flow of the Nile at Aswan, 1871 to 1970."""
    return sm.datasets.nile.load_pandas().data["volume"].to_numpy(dtype=float)


def year(n: int, size: float = 1.0) -> np.ndarray:
    return size * np.sin(2 * np.pi * np.arange(n) / 12)


def test_the_nile_as_published(nile):
    # Durbin and Koopman 2012, section 2.6: irregular variance 15,099 and level variance 1,469;
    # figure 2.6: forecast of 798 with a variance of 15,099 + 4,032 + h 1,469 for 1970 + h
    found = structural(nile, 10, choices=["level"])
    assert found.reason == "" and found.model == "level"
    assert found.middle == pytest.approx(np.full(10, 798.37), abs=0.6)
    step = np.arange(1, 11)
    assert found.error == pytest.approx(np.sqrt(15099 + 4032 + step * 1469), rel=0.005)
    assert found.level[-1] == pytest.approx(798.37, abs=0.6)


def test_the_dam_of_1899_as_published(nile):
    # Cobb 1978, Biometrika 65: 243-251: means of 1,097.75 before and 849.97 from 1899 on; with
    # the step the level does not wander
    after = (np.arange(1871, 1971) >= 1899).astype(float)[:, None]
    found = structural(
        nile, 3, terms=after, coming_terms=np.ones((3, 1)), names=["dam"], choices=["level"]
    )
    (dam,) = found.coefficients
    assert dam.name == "dam"
    assert dam.value == pytest.approx(849.97 - 1097.75, abs=1.5)
    assert dam.error == pytest.approx(28.4, abs=0.3)
    assert found.middle == pytest.approx(np.full(3, 849.97), abs=2)
    assert found.level.std() < 1
    assert found.aic < structural(nile, 3, choices=["level"]).aic


def test_as_the_program_says_itself():
    draws = np.random.default_rng(4)
    values = 50 + np.cumsum(draws.normal(0, 1, 60)) + year(60, 6) + draws.normal(0, 1, 60)
    found = structural(values, 12, 12, choices=["level and season"])
    model = UnobservedComponents(
        values, "llevel", seasonal=12, stochastic_seasonal=False, use_exact_diffuse=True
    )
    theirs = model.fit(disp=0, maxiter=500)
    assert found.middle == pytest.approx(theirs.forecast(12), abs=0.02)
    assert found.error == pytest.approx(np.sqrt(theirs.get_forecast(12).var_pred_mean), rel=0.02)
    assert found.level == pytest.approx(theirs.level["smoothed"], abs=0.05)
    assert found.season == pytest.approx(theirs.seasonal["smoothed"], abs=0.05)
    assert found.middle == pytest.approx(found.coming_level + found.coming_season, abs=1e-9)


def test_the_choice_is_that_of_the_figures():
    draws = np.random.default_rng(9)
    noise = draws.normal(0, 1, 72)
    assert structural(20 + noise, 6, 12).model == "level"
    assert structural(20 + noise + year(72, 5), 6, 12).model == "level and season"
    assert "season" not in structural(20 + noise + year(72, 5), 6).model  # no season is known
    rising = np.r_[np.zeros(36), np.cumsum(np.full(36, 2.0))] + 0.2 * noise
    assert structural(rising, 6, 12).model.startswith("damped trend")


def test_a_damped_trend_levels_off():
    draws = np.random.default_rng(2)
    values = 2.0 * np.arange(48) + draws.normal(0, 0.5, 48)
    found = structural(values, 60, damping=0.8, choices=["damped trend"])
    steps = np.diff(found.coming_level)
    assert steps[1:] == pytest.approx(0.8 * steps[:-1], abs=1e-6)
    assert found.middle[-1] - values[-1] < 2.0 * 0.8 / 0.2 + 2


def test_gaps_are_no_figures_and_a_shift_of_the_scale_changes_nothing_else():
    draws = np.random.default_rng(7)
    values = 30 + year(48, 4) + draws.normal(0, 1, 48)
    holes = values.copy()
    holes[[5, 20, 21, 40]] = np.nan
    found = structural(holes, 6, 12, choices=["level and season"])
    whole = structural(values, 6, 12, choices=["level and season"])
    assert np.isfinite(found.level).all() and np.isfinite(found.fitted).all()
    assert found.middle == pytest.approx(whole.middle, abs=1.5)
    moved = structural(1000 * holes + 5, 6, 12, choices=["level and season"])
    assert moved.middle == pytest.approx(1000 * found.middle + 5, rel=1e-3)


def test_errors_that_hang_together_are_seen():
    draws = np.random.default_rng(1)
    plain = structural(draws.normal(0, 1, 120), 3, choices=["level"])
    assert plain.residual_p > 0.01
    hidden = structural(draws.normal(0, 0.3, 120) + year(120, 2), 3, choices=["level"])
    assert hidden.residual_p < 0.001
    spike = draws.normal(0, 1, 80)
    spike[60] = 15
    assert structural(spike, 3, choices=["level"]).largest_residual > 6


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "do not vary"), ([5.0] * 40, "do not vary"), ([np.nan] * 40, "do not vary"),
        ([np.inf, *range(30)], "do not vary"), ([1.0, 2.0, 3.0], "converged"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_is_refused_with_a_reason(values, said):
    found = structural(values, 3, 12)
    assert said in found.reason
    assert found.model == "" and len(found.middle) == 0


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=6, deadline=None)
def test_a_refusal_or_finite_figures_in_order(seed):
    draws = np.random.default_rng(seed)
    n = int(draws.integers(1, 40))
    values = draws.choice([0.0, 1.0, 50.0, np.nan], n) + draws.normal(0, draws.choice([0, 1]), n)
    found = structural(values, 4, 4)
    if found.reason:
        assert len(found.middle) == 0
    else:
        assert np.isfinite(found.middle).all() and (found.error > 0).all()
        assert (np.diff(found.error) > -1e-9).all() or "season" in found.model


@pytest.mark.parametrize(
    "asked",
    [
        {"horizon": 0}, {"damping": 0}, {"damping": 1.5}, {"choices": ["arima"]}, {"choices": []},
        {"names": ["step"]}, {"names": ["step"], "terms": np.ones((3, 1))},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(asked):
    with pytest.raises(ParameterError):
        structural(np.arange(30.0) % 7, **{"horizon": 3, **asked})
