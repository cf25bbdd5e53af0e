"""Numbers only: arrays in, numbers out; numpy and scipy, no data frames, no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.metrics.association import *
    from coprep.metrics.baseline_error import *
    from coprep.metrics.benefit import *
    from coprep.metrics.bootstrap import *
    from coprep.metrics.calibration import *
    from coprep.metrics.classification import *
    from coprep.metrics.clustered import *
    from coprep.metrics.clustered_logit import *
    from coprep.metrics.conditional_logit import *
    from coprep.metrics.consensus import *
    from coprep.metrics.critical_values import *
    from coprep.metrics.design_effects import *
    from coprep.metrics.disclosure import *
    from coprep.metrics.dissimilarity_chance import *
    from coprep.metrics.distances import *
    from coprep.metrics.equal_chance import *
    from coprep.metrics.equivalence import *
    from coprep.metrics.evenness import *
    from coprep.metrics.finite_population import *
    from coprep.metrics.fixed_margins import *
    from coprep.metrics.furthest import *
    from coprep.metrics.gaps import *
    from coprep.metrics.gof import *
    from coprep.metrics.group_means import *
    from coprep.metrics.in_line import *
    from coprep.metrics.inequality import *
    from coprep.metrics.informative import *
    from coprep.metrics.margins import *
    from coprep.metrics.multiplicity import *
    from coprep.metrics.own_rating import *
    from coprep.metrics.pairs import *
    from coprep.metrics.permutation import *
    from coprep.metrics.planning import *
    from coprep.metrics.proportions import *
    from coprep.metrics.r_indicators import *
    from coprep.metrics.ranking import *
    from coprep.metrics.rao_scott import *
    from coprep.metrics.rate_moments import *
    from coprep.metrics.ratios import *
    from coprep.metrics.recruiting import *
    from coprep.metrics.regression import *
    from coprep.metrics.resampling import *
    from coprep.metrics.scores import *
    from coprep.metrics.seats import *
    from coprep.metrics.share_tests import *
    from coprep.metrics.shrinkage import *
    from coprep.metrics.simultaneous import *
    from coprep.metrics.stratified import *
    from coprep.metrics.streams import *
    from coprep.metrics.subgroups import *
    from coprep.metrics.survival import *
    from coprep.metrics.text import *
    from coprep.metrics.two_shares import *
    from coprep.metrics.two_way import *
    from coprep.metrics.uncertain_baseline import *
    from coprep.metrics.unknowns import *
    from coprep.metrics.voting import *

_NAMES = {
    "association": [
        "Homophily",
        "TableAssociation",
        "homophily",
        "location_quotients",
        "mixing_counts",
        "table_association",
    ],
    "baseline_error": [
        "baseline_z_test",
        "fieller_ratio",
        "log_delta_ratio",
        "mover_difference",
        "mover_ratio",
        "ratio_statistic",
        "ratio_test",
        "standard_error_log_ratio",
    ],
    "benefit": [
        "BlockedMatching",
        "OwnBenefit",
        "benefit_concentration",
        "blocked_matching",
        "idea_breadth",
        "mixed_blocks",
        "own_benefit",
    ],
    "bootstrap": ["Jackknife", "cell_bootstrap", "cluster_bootstrap", "jackknife"],
    "calibration": [
        "Calibration",
        "MulticalibrationError",
        "calibration_by_group",
        "calibration_in_the_large",
        "multicalibration_error",
    ],
    "classification": [
        "CONFUSION_RATES",
        "ConfusionRate",
        "conditional_demographic_disparity",
        "confusion_parts",
        "confusion_rate",
        "demographic_disparity",
        "differential_fairness",
        "group_difference",
        "group_ratio",
        "impact_ratios",
        "selection_shortfall",
    ],
    "clustered": ["ClusteredFit", "clustered_mean", "clustered_ols", "clustered_slope"],
    "clustered_logit": ["ClusteredLogit", "clustered_logit", "exchangeable_logit"],
    "conditional_logit": ["ConditionalLogit", "conditional_logit"],
    "consensus": [
        "Bridging",
        "CrossGroupSupport",
        "GroupInformed",
        "bridging_scores",
        "cross_group_support",
        "group_informed",
    ],
    "critical_values": [
        "clearest_critical",
        "max_t_critical",
        "sidak_critical",
        "students_widening",
        "studentised_range_quantile",
        "studentised_range_sf",
    ],
    "design_effects": ["effective_share_n", "kish_design_effect", "kish_effective_n", "weighted_share"],
    "disclosure": ["hidden_cells", "intruder_intervals", "margin_sums", "protected_cells", "small_counts"],
    "dissimilarity_chance": [
        "DissimilarityTest",
        "dissimilarity_test",
        "expected_dissimilarity",
        "mean_absolute_deviation",
    ],
    "distances": [
        "bhattacharyya_coefficient",
        "chi_square_divergence",
        "dissimilarity",
        "euclidean_distance",
        "gallagher_index",
        "hellinger_distance",
        "jeffreys_divergence",
        "jensen_shannon_divergence",
        "kl_divergence",
        "largest_difference",
        "participation_ratio_evenness",
        "proportional_similarity",
        "rose_index",
    ],
    "equal_chance": ["EqualChance", "equal_chance"],
    "equivalence": ["BandTests", "equivalence_test", "margin_verdict", "ratio_band_test"],
    "evenness": [
        "evenness_atkinson",
        "evenness_correlation_ratio",
        "evenness_dissimilarity",
        "evenness_gini",
        "evenness_information",
        "evenness_interaction",
        "evenness_isolation",
        "multigroup_dissimilarity",
        "multigroup_diversity",
        "multigroup_exposure",
        "multigroup_information",
        "multigroup_simpson_interaction",
    ],
    "finite_population": [
        "FairDraw",
        "fair_draw",
        "finite_equivalence_test",
        "finite_population_factor",
        "group_size_interval",
        "hypergeometric_test",
    ],
    "fixed_margins": ["fixed_margin_draws", "fixed_margin_matrices", "fixed_margin_test"],
    "furthest": ["furthest_pair"],
    "gaps": ["expected_gap", "fieller_limits", "gap_interval", "largest_t", "ratio_gap_interval"],
    "gof": [
        "GoodnessOfFit",
        "chi_square_test",
        "cohens_w",
        "cohens_w_interval",
        "exact_multinomial_test",
        "g_test",
        "monte_carlo_multinomial_test",
    ],
    "group_means": ["GroupEstimates", "group_means"],
    "in_line": ["smallest_n_in_line"],
    "inequality": [
        "InequalityParts",
        "atkinson",
        "coefficient_of_variation",
        "effective_number",
        "generalized_entropy",
        "generalized_entropy_parts",
        "gini",
        "herfindahl",
        "lorenz_curve",
        "mean_log_deviation",
        "theil",
        "top_share",
    ],
    "informative": ["informative_cells"],
    "margins": [
        "moe_at",
        "moe_cv",
        "moe_product",
        "moe_ratio",
        "moe_share",
        "moe_share_fell_back",
        "moe_sum",
        "moe_to_se",
        "rounding_se",
    ],
    "multiplicity": ["adjust_p_values", "e_bh"],
    "own_rating": ["OwnRating", "count_p_value", "own_rating_excess"],
    "pairs": ["log_ratio_z", "rate_difference_interval", "rate_ratio_interval", "two_proportion_z", "two_rate_p_value"],
    "permutation": ["arrangements", "lookup_sums", "lookup_test", "permutation_test", "permute_within"],
    "planning": [
        "PeopleNeeded",
        "absence_informative_n",
        "approximate_people_needed",
        "critical_count",
        "detectable_ratio",
        "detectable_share",
        "people_needed",
        "shortfall_power",
        "verdict_critical_count",
    ],
    "proportions": ["korn_graubard_interval", "log_disparity_interval", "proportion_interval", "ratio_interval"],
    "r_indicators": [
        "AggregateRIndicator",
        "PartialRIndicator",
        "RIndicator",
        "aggregate_r_indicator",
        "partial_r_indicator",
        "r_indicator",
    ],
    "ranking": [
        "GroupExposure",
        "expected_normalised_kl",
        "exposure_by_group",
        "normalised_kl",
        "position_exposure",
        "rank_positions",
        "skew_at_k",
        "top_k_share",
    ],
    "rao_scott": ["RaoScottTest", "rao_scott_test", "shares_of_totals"],
    "rate_moments": [
        "added_observations",
        "agresti_caffo_moments",
        "effective_size",
        "linearised_variance",
        "log_ratio_moments",
        "wilson_bounds",
    ],
    "ratios": [
        "adjusted_residual",
        "log_disparity",
        "log_ratio",
        "normalised_parity",
        "odds_ratio",
        "partial_cv",
        "pearson_residual",
        "relative_difference",
        "representation_ratio",
        "share_difference",
        "shortfall_people",
    ],
    "recruiting": ["Recruits", "recruits_for_all", "recruits_needed"],
    "regression": ["RegressionError", "regression_errors"],
    "resampling": ["ResamplingTest", "monte_carlo_p", "sign_flip_test"],
    "scores": [
        "abroca",
        "auc_by_group",
        "brier_by_group",
        "kolmogorov_smirnov",
        "log_loss_by_group",
        "roc_points",
        "wasserstein_distance",
    ],
    "seats": ["target_seats"],
    "share_tests": ["binomial_test", "likelihood_ratio_test", "mid_p_test", "score_test"],
    "shrinkage": [
        "ShrunkScores",
        "beta_binomial_shrinkage",
        "between_interval",
        "normal_shrinkage",
        "random_intercepts",
    ],
    "simultaneous": ["simultaneous_intervals"],
    "stratified": [
        "StratifiedTest",
        "breslow_day_test",
        "cochran_mantel_haenszel_test",
        "mantel_haenszel_odds_ratio",
        "mantel_haenszel_risk_difference",
        "mantel_haenszel_risk_ratio",
    ],
    "streams": ["entropy", "stream"],
    "subgroups": ["SubgroupScan", "scan_subgroups", "subgroup_violations"],
    "survival": ["CoxFit", "KaplanMeier", "LogRank", "cox_regression", "kaplan_meier", "log_rank"],
    "text": [
        "DistinctiveWords",
        "WordRates",
        "distinctive_words",
        "log_odds_prior",
        "nominal_alpha",
        "words_per_hundred",
    ],
    "two_shares": [
        "ConditionalOddsRatio",
        "conditional_odds_ratio",
        "fisher_test",
        "newcombe_interval",
        "share_ratio_interval",
        "two_share_test",
    ],
    "two_way": ["TwoWayFit", "TwoWayLogit", "two_way_additive", "two_way_logit", "two_way_residuals"],
    "uncertain_baseline": ["baseline_tails"],
    "unknowns": [
        "conservative_bounds_interval",
        "imbens_manski_interval",
        "parity_among_unknown",
        "share_bounds",
        "sign_identified",
    ],
    "voting": [
        "GroupOutcome",
        "UnderservedCoalition",
        "equal_shares",
        "equal_split",
        "group_outcome",
        "underserved_coalitions",
    ],
}

attach(__name__, _NAMES)
