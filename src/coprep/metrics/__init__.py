"""Numbers only: arrays in, numbers out; numpy and scipy, no data frames, no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.metrics.association import Homophily as Homophily
    from coprep.metrics.association import TableAssociation as TableAssociation
    from coprep.metrics.association import homophily as homophily
    from coprep.metrics.association import location_quotients as location_quotients
    from coprep.metrics.association import mixing_counts as mixing_counts
    from coprep.metrics.association import table_association as table_association
    from coprep.metrics.baseline_error import baseline_z_test as baseline_z_test
    from coprep.metrics.baseline_error import fieller_ratio as fieller_ratio
    from coprep.metrics.baseline_error import log_delta_ratio as log_delta_ratio
    from coprep.metrics.baseline_error import mover_difference as mover_difference
    from coprep.metrics.baseline_error import mover_ratio as mover_ratio
    from coprep.metrics.baseline_error import ratio_statistic as ratio_statistic
    from coprep.metrics.baseline_error import ratio_test as ratio_test
    from coprep.metrics.baseline_error import standard_error_log_ratio as standard_error_log_ratio
    from coprep.metrics.benefit import BlockedMatching as BlockedMatching
    from coprep.metrics.benefit import OwnBenefit as OwnBenefit
    from coprep.metrics.benefit import benefit_concentration as benefit_concentration
    from coprep.metrics.benefit import blocked_matching as blocked_matching
    from coprep.metrics.benefit import idea_breadth as idea_breadth
    from coprep.metrics.benefit import mixed_blocks as mixed_blocks
    from coprep.metrics.benefit import own_benefit as own_benefit
    from coprep.metrics.bootstrap import Jackknife as Jackknife
    from coprep.metrics.bootstrap import cell_bootstrap as cell_bootstrap
    from coprep.metrics.bootstrap import cluster_bootstrap as cluster_bootstrap
    from coprep.metrics.bootstrap import jackknife as jackknife
    from coprep.metrics.calibration import Calibration as Calibration
    from coprep.metrics.calibration import MulticalibrationError as MulticalibrationError
    from coprep.metrics.calibration import calibration_by_group as calibration_by_group
    from coprep.metrics.calibration import multicalibration_error as multicalibration_error
    from coprep.metrics.classification import CONFUSION_RATES as CONFUSION_RATES
    from coprep.metrics.classification import ConfusionRate as ConfusionRate
    from coprep.metrics.classification import conditional_demographic_disparity as conditional_demographic_disparity
    from coprep.metrics.classification import confusion_parts as confusion_parts
    from coprep.metrics.classification import confusion_rate as confusion_rate
    from coprep.metrics.classification import demographic_disparity as demographic_disparity
    from coprep.metrics.classification import differential_fairness as differential_fairness
    from coprep.metrics.classification import group_difference as group_difference
    from coprep.metrics.classification import group_ratio as group_ratio
    from coprep.metrics.classification import impact_ratios as impact_ratios
    from coprep.metrics.classification import selection_shortfall as selection_shortfall
    from coprep.metrics.clustered import ClusteredFit as ClusteredFit
    from coprep.metrics.clustered import clustered_mean as clustered_mean
    from coprep.metrics.clustered import clustered_ols as clustered_ols
    from coprep.metrics.clustered import clustered_slope as clustered_slope
    from coprep.metrics.clustered_logit import ClusteredLogit as ClusteredLogit
    from coprep.metrics.clustered_logit import clustered_logit as clustered_logit
    from coprep.metrics.clustered_logit import exchangeable_logit as exchangeable_logit
    from coprep.metrics.conditional_logit import ConditionalLogit as ConditionalLogit
    from coprep.metrics.conditional_logit import conditional_logit as conditional_logit
    from coprep.metrics.consensus import Bridging as Bridging
    from coprep.metrics.consensus import CrossGroupSupport as CrossGroupSupport
    from coprep.metrics.consensus import GroupInformed as GroupInformed
    from coprep.metrics.consensus import bridging_scores as bridging_scores
    from coprep.metrics.consensus import cross_group_support as cross_group_support
    from coprep.metrics.consensus import group_informed as group_informed
    from coprep.metrics.critical_values import clearest_critical as clearest_critical
    from coprep.metrics.critical_values import max_t_critical as max_t_critical
    from coprep.metrics.critical_values import sidak_critical as sidak_critical
    from coprep.metrics.critical_values import studentised_range_quantile as studentised_range_quantile
    from coprep.metrics.critical_values import studentised_range_sf as studentised_range_sf
    from coprep.metrics.critical_values import students_widening as students_widening
    from coprep.metrics.design_effects import effective_share_n as effective_share_n
    from coprep.metrics.design_effects import kish_design_effect as kish_design_effect
    from coprep.metrics.design_effects import kish_effective_n as kish_effective_n
    from coprep.metrics.design_effects import weighted_share as weighted_share
    from coprep.metrics.disclosure import hidden_cells as hidden_cells
    from coprep.metrics.disclosure import intruder_intervals as intruder_intervals
    from coprep.metrics.disclosure import margin_sums as margin_sums
    from coprep.metrics.disclosure import protected_cells as protected_cells
    from coprep.metrics.disclosure import small_counts as small_counts
    from coprep.metrics.dissimilarity_chance import DissimilarityTest as DissimilarityTest
    from coprep.metrics.dissimilarity_chance import dissimilarity_test as dissimilarity_test
    from coprep.metrics.dissimilarity_chance import expected_dissimilarity as expected_dissimilarity
    from coprep.metrics.dissimilarity_chance import mean_absolute_deviation as mean_absolute_deviation
    from coprep.metrics.distances import bhattacharyya_coefficient as bhattacharyya_coefficient
    from coprep.metrics.distances import chi_square_divergence as chi_square_divergence
    from coprep.metrics.distances import dissimilarity as dissimilarity
    from coprep.metrics.distances import euclidean_distance as euclidean_distance
    from coprep.metrics.distances import gallagher_index as gallagher_index
    from coprep.metrics.distances import hellinger_distance as hellinger_distance
    from coprep.metrics.distances import jeffreys_divergence as jeffreys_divergence
    from coprep.metrics.distances import jensen_shannon_divergence as jensen_shannon_divergence
    from coprep.metrics.distances import kl_divergence as kl_divergence
    from coprep.metrics.distances import largest_difference as largest_difference
    from coprep.metrics.distances import participation_ratio_evenness as participation_ratio_evenness
    from coprep.metrics.distances import proportional_similarity as proportional_similarity
    from coprep.metrics.distances import rose_index as rose_index
    from coprep.metrics.equal_chance import EqualChance as EqualChance
    from coprep.metrics.equal_chance import equal_chance as equal_chance
    from coprep.metrics.equivalence import BandTests as BandTests
    from coprep.metrics.equivalence import equivalence_test as equivalence_test
    from coprep.metrics.equivalence import margin_verdict as margin_verdict
    from coprep.metrics.equivalence import ratio_band_test as ratio_band_test
    from coprep.metrics.evenness import evenness_atkinson as evenness_atkinson
    from coprep.metrics.evenness import evenness_correlation_ratio as evenness_correlation_ratio
    from coprep.metrics.evenness import evenness_dissimilarity as evenness_dissimilarity
    from coprep.metrics.evenness import evenness_gini as evenness_gini
    from coprep.metrics.evenness import evenness_information as evenness_information
    from coprep.metrics.evenness import evenness_interaction as evenness_interaction
    from coprep.metrics.evenness import evenness_isolation as evenness_isolation
    from coprep.metrics.evenness import multigroup_dissimilarity as multigroup_dissimilarity
    from coprep.metrics.evenness import multigroup_diversity as multigroup_diversity
    from coprep.metrics.evenness import multigroup_exposure as multigroup_exposure
    from coprep.metrics.evenness import multigroup_information as multigroup_information
    from coprep.metrics.evenness import multigroup_simpson_interaction as multigroup_simpson_interaction
    from coprep.metrics.finite_population import FairDraw as FairDraw
    from coprep.metrics.finite_population import fair_draw as fair_draw
    from coprep.metrics.finite_population import finite_equivalence_test as finite_equivalence_test
    from coprep.metrics.finite_population import finite_population_factor as finite_population_factor
    from coprep.metrics.finite_population import group_size_interval as group_size_interval
    from coprep.metrics.finite_population import hypergeometric_test as hypergeometric_test
    from coprep.metrics.fixed_margins import fixed_margin_draws as fixed_margin_draws
    from coprep.metrics.fixed_margins import fixed_margin_matrices as fixed_margin_matrices
    from coprep.metrics.fixed_margins import fixed_margin_test as fixed_margin_test
    from coprep.metrics.gaps import expected_gap as expected_gap
    from coprep.metrics.gaps import fieller_limits as fieller_limits
    from coprep.metrics.gaps import gap_interval as gap_interval
    from coprep.metrics.gaps import largest_t as largest_t
    from coprep.metrics.gaps import ratio_gap_interval as ratio_gap_interval
    from coprep.metrics.gof import GoodnessOfFit as GoodnessOfFit
    from coprep.metrics.gof import chi_square_test as chi_square_test
    from coprep.metrics.gof import cohens_w as cohens_w
    from coprep.metrics.gof import cohens_w_interval as cohens_w_interval
    from coprep.metrics.gof import exact_multinomial_test as exact_multinomial_test
    from coprep.metrics.gof import g_test as g_test
    from coprep.metrics.gof import monte_carlo_multinomial_test as monte_carlo_multinomial_test
    from coprep.metrics.group_means import GroupEstimates as GroupEstimates
    from coprep.metrics.group_means import group_means as group_means
    from coprep.metrics.in_line import smallest_n_in_line as smallest_n_in_line
    from coprep.metrics.inequality import InequalityParts as InequalityParts
    from coprep.metrics.inequality import atkinson as atkinson
    from coprep.metrics.inequality import coefficient_of_variation as coefficient_of_variation
    from coprep.metrics.inequality import effective_number as effective_number
    from coprep.metrics.inequality import generalized_entropy as generalized_entropy
    from coprep.metrics.inequality import generalized_entropy_parts as generalized_entropy_parts
    from coprep.metrics.inequality import gini as gini
    from coprep.metrics.inequality import herfindahl as herfindahl
    from coprep.metrics.inequality import lorenz_curve as lorenz_curve
    from coprep.metrics.inequality import mean_log_deviation as mean_log_deviation
    from coprep.metrics.inequality import theil as theil
    from coprep.metrics.inequality import top_share as top_share
    from coprep.metrics.informative import informative_cells as informative_cells
    from coprep.metrics.margins import moe_at as moe_at
    from coprep.metrics.margins import moe_cv as moe_cv
    from coprep.metrics.margins import moe_product as moe_product
    from coprep.metrics.margins import moe_ratio as moe_ratio
    from coprep.metrics.margins import moe_share as moe_share
    from coprep.metrics.margins import moe_share_fell_back as moe_share_fell_back
    from coprep.metrics.margins import moe_sum as moe_sum
    from coprep.metrics.margins import moe_to_se as moe_to_se
    from coprep.metrics.margins import rounding_se as rounding_se
    from coprep.metrics.multiplicity import adjust_p_values as adjust_p_values
    from coprep.metrics.multiplicity import e_bh as e_bh
    from coprep.metrics.own_rating import OwnRating as OwnRating
    from coprep.metrics.own_rating import count_p_value as count_p_value
    from coprep.metrics.own_rating import own_rating_excess as own_rating_excess
    from coprep.metrics.pairs import log_ratio_z as log_ratio_z
    from coprep.metrics.pairs import rate_difference_interval as rate_difference_interval
    from coprep.metrics.pairs import rate_ratio_interval as rate_ratio_interval
    from coprep.metrics.pairs import two_proportion_z as two_proportion_z
    from coprep.metrics.pairs import two_rate_p_value as two_rate_p_value
    from coprep.metrics.permutation import arrangements as arrangements
    from coprep.metrics.permutation import lookup_sums as lookup_sums
    from coprep.metrics.permutation import lookup_test as lookup_test
    from coprep.metrics.permutation import permutation_test as permutation_test
    from coprep.metrics.permutation import permute_within as permute_within
    from coprep.metrics.planning import PeopleNeeded as PeopleNeeded
    from coprep.metrics.planning import absence_informative_n as absence_informative_n
    from coprep.metrics.planning import approximate_people_needed as approximate_people_needed
    from coprep.metrics.planning import critical_count as critical_count
    from coprep.metrics.planning import detectable_ratio as detectable_ratio
    from coprep.metrics.planning import detectable_share as detectable_share
    from coprep.metrics.planning import people_needed as people_needed
    from coprep.metrics.planning import shortfall_power as shortfall_power
    from coprep.metrics.planning import verdict_critical_count as verdict_critical_count
    from coprep.metrics.proportions import korn_graubard_interval as korn_graubard_interval
    from coprep.metrics.proportions import log_disparity_interval as log_disparity_interval
    from coprep.metrics.proportions import proportion_interval as proportion_interval
    from coprep.metrics.proportions import ratio_interval as ratio_interval
    from coprep.metrics.r_indicators import AggregateRIndicator as AggregateRIndicator
    from coprep.metrics.r_indicators import PartialRIndicator as PartialRIndicator
    from coprep.metrics.r_indicators import RIndicator as RIndicator
    from coprep.metrics.r_indicators import aggregate_r_indicator as aggregate_r_indicator
    from coprep.metrics.r_indicators import partial_r_indicator as partial_r_indicator
    from coprep.metrics.r_indicators import r_indicator as r_indicator
    from coprep.metrics.ranking import GroupExposure as GroupExposure
    from coprep.metrics.ranking import exposure_by_group as exposure_by_group
    from coprep.metrics.ranking import normalised_kl as normalised_kl
    from coprep.metrics.ranking import position_exposure as position_exposure
    from coprep.metrics.ranking import rank_positions as rank_positions
    from coprep.metrics.ranking import skew_at_k as skew_at_k
    from coprep.metrics.ranking import top_k_share as top_k_share
    from coprep.metrics.rao_scott import RaoScottTest as RaoScottTest
    from coprep.metrics.rao_scott import rao_scott_test as rao_scott_test
    from coprep.metrics.rao_scott import shares_of_totals as shares_of_totals
    from coprep.metrics.rate_moments import added_observations as added_observations
    from coprep.metrics.rate_moments import agresti_caffo_moments as agresti_caffo_moments
    from coprep.metrics.rate_moments import effective_size as effective_size
    from coprep.metrics.rate_moments import linearised_variance as linearised_variance
    from coprep.metrics.rate_moments import log_ratio_moments as log_ratio_moments
    from coprep.metrics.rate_moments import wilson_bounds as wilson_bounds
    from coprep.metrics.ratios import adjusted_residual as adjusted_residual
    from coprep.metrics.ratios import log_disparity as log_disparity
    from coprep.metrics.ratios import log_ratio as log_ratio
    from coprep.metrics.ratios import normalised_parity as normalised_parity
    from coprep.metrics.ratios import odds_ratio as odds_ratio
    from coprep.metrics.ratios import partial_cv as partial_cv
    from coprep.metrics.ratios import pearson_residual as pearson_residual
    from coprep.metrics.ratios import relative_difference as relative_difference
    from coprep.metrics.ratios import representation_ratio as representation_ratio
    from coprep.metrics.ratios import share_difference as share_difference
    from coprep.metrics.ratios import shortfall_people as shortfall_people
    from coprep.metrics.recruiting import Recruits as Recruits
    from coprep.metrics.recruiting import recruits_for_all as recruits_for_all
    from coprep.metrics.recruiting import recruits_needed as recruits_needed
    from coprep.metrics.regression import RegressionError as RegressionError
    from coprep.metrics.regression import regression_errors as regression_errors
    from coprep.metrics.resampling import ResamplingTest as ResamplingTest
    from coprep.metrics.resampling import monte_carlo_p as monte_carlo_p
    from coprep.metrics.resampling import sign_flip_test as sign_flip_test
    from coprep.metrics.scores import abroca as abroca
    from coprep.metrics.scores import auc_by_group as auc_by_group
    from coprep.metrics.scores import brier_by_group as brier_by_group
    from coprep.metrics.scores import kolmogorov_smirnov as kolmogorov_smirnov
    from coprep.metrics.scores import log_loss_by_group as log_loss_by_group
    from coprep.metrics.scores import roc_points as roc_points
    from coprep.metrics.scores import wasserstein_distance as wasserstein_distance
    from coprep.metrics.seats import target_seats as target_seats
    from coprep.metrics.share_tests import binomial_test as binomial_test
    from coprep.metrics.share_tests import likelihood_ratio_test as likelihood_ratio_test
    from coprep.metrics.share_tests import mid_p_test as mid_p_test
    from coprep.metrics.share_tests import score_test as score_test
    from coprep.metrics.shrinkage import ShrunkScores as ShrunkScores
    from coprep.metrics.shrinkage import beta_binomial_shrinkage as beta_binomial_shrinkage
    from coprep.metrics.shrinkage import between_interval as between_interval
    from coprep.metrics.shrinkage import normal_shrinkage as normal_shrinkage
    from coprep.metrics.shrinkage import random_intercepts as random_intercepts
    from coprep.metrics.simultaneous import simultaneous_intervals as simultaneous_intervals
    from coprep.metrics.stratified import StratifiedTest as StratifiedTest
    from coprep.metrics.stratified import breslow_day_test as breslow_day_test
    from coprep.metrics.stratified import cochran_mantel_haenszel_test as cochran_mantel_haenszel_test
    from coprep.metrics.stratified import mantel_haenszel_odds_ratio as mantel_haenszel_odds_ratio
    from coprep.metrics.stratified import mantel_haenszel_risk_difference as mantel_haenszel_risk_difference
    from coprep.metrics.stratified import mantel_haenszel_risk_ratio as mantel_haenszel_risk_ratio
    from coprep.metrics.streams import entropy as entropy
    from coprep.metrics.streams import stream as stream
    from coprep.metrics.subgroups import SubgroupScan as SubgroupScan
    from coprep.metrics.subgroups import scan_subgroups as scan_subgroups
    from coprep.metrics.subgroups import subgroup_violations as subgroup_violations
    from coprep.metrics.survival import CoxFit as CoxFit
    from coprep.metrics.survival import KaplanMeier as KaplanMeier
    from coprep.metrics.survival import LogRank as LogRank
    from coprep.metrics.survival import cox_regression as cox_regression
    from coprep.metrics.survival import kaplan_meier as kaplan_meier
    from coprep.metrics.survival import log_rank as log_rank
    from coprep.metrics.text import DistinctiveWords as DistinctiveWords
    from coprep.metrics.text import WordRates as WordRates
    from coprep.metrics.text import distinctive_words as distinctive_words
    from coprep.metrics.text import log_odds_prior as log_odds_prior
    from coprep.metrics.text import nominal_alpha as nominal_alpha
    from coprep.metrics.text import words_per_hundred as words_per_hundred
    from coprep.metrics.two_shares import ConditionalOddsRatio as ConditionalOddsRatio
    from coprep.metrics.two_shares import conditional_odds_ratio as conditional_odds_ratio
    from coprep.metrics.two_shares import fisher_test as fisher_test
    from coprep.metrics.two_shares import newcombe_interval as newcombe_interval
    from coprep.metrics.two_shares import share_ratio_interval as share_ratio_interval
    from coprep.metrics.two_shares import two_share_test as two_share_test
    from coprep.metrics.two_way import TwoWayFit as TwoWayFit
    from coprep.metrics.two_way import TwoWayLogit as TwoWayLogit
    from coprep.metrics.two_way import two_way_additive as two_way_additive
    from coprep.metrics.two_way import two_way_logit as two_way_logit
    from coprep.metrics.two_way import two_way_residuals as two_way_residuals
    from coprep.metrics.uncertain_baseline import baseline_tails as baseline_tails
    from coprep.metrics.unknowns import conservative_bounds_interval as conservative_bounds_interval
    from coprep.metrics.unknowns import imbens_manski_interval as imbens_manski_interval
    from coprep.metrics.unknowns import parity_among_unknown as parity_among_unknown
    from coprep.metrics.unknowns import share_bounds as share_bounds
    from coprep.metrics.unknowns import sign_identified as sign_identified
    from coprep.metrics.voting import GroupOutcome as GroupOutcome
    from coprep.metrics.voting import UnderservedCoalition as UnderservedCoalition
    from coprep.metrics.voting import equal_shares as equal_shares
    from coprep.metrics.voting import equal_split as equal_split
    from coprep.metrics.voting import group_outcome as group_outcome
    from coprep.metrics.voting import underserved_coalitions as underserved_coalitions

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
    "calibration": ["Calibration", "MulticalibrationError", "calibration_by_group", "multicalibration_error"],
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
