from coprep.metrics._streams import entropy as entropy
from coprep.metrics._streams import stream as stream
from coprep.metrics.disclosure._suppression import hidden_cells as hidden_cells
from coprep.metrics.disclosure._suppression import intruder_intervals as intruder_intervals
from coprep.metrics.disclosure._suppression import margin_sums as margin_sums
from coprep.metrics.disclosure._suppression import protected_cells as protected_cells
from coprep.metrics.disclosure._suppression import small_counts as small_counts
from coprep.metrics.groups._calibration import Calibration as Calibration
from coprep.metrics.groups._calibration import MulticalibrationError as MulticalibrationError
from coprep.metrics.groups._calibration import calibration_by_group as calibration_by_group
from coprep.metrics.groups._calibration import calibration_in_the_large as calibration_in_the_large
from coprep.metrics.groups._calibration import multicalibration_error as multicalibration_error
from coprep.metrics.groups._classification import CONFUSION_RATES as CONFUSION_RATES
from coprep.metrics.groups._classification import ConfusionRate as ConfusionRate
from coprep.metrics.groups._classification import (
    conditional_demographic_disparity as conditional_demographic_disparity,
)
from coprep.metrics.groups._classification import confusion_parts as confusion_parts
from coprep.metrics.groups._classification import confusion_rate as confusion_rate
from coprep.metrics.groups._classification import demographic_disparity as demographic_disparity
from coprep.metrics.groups._classification import differential_fairness as differential_fairness
from coprep.metrics.groups._classification import group_difference as group_difference
from coprep.metrics.groups._classification import group_ratio as group_ratio
from coprep.metrics.groups._classification import impact_ratios as impact_ratios
from coprep.metrics.groups._classification import selection_shortfall as selection_shortfall
from coprep.metrics.groups._critical_values import clearest_critical as clearest_critical
from coprep.metrics.groups._critical_values import max_t_critical as max_t_critical
from coprep.metrics.groups._critical_values import sidak_critical as sidak_critical
from coprep.metrics.groups._critical_values import (
    studentised_range_quantile as studentised_range_quantile,
)
from coprep.metrics.groups._critical_values import studentised_range_sf as studentised_range_sf
from coprep.metrics.groups._critical_values import students_widening as students_widening
from coprep.metrics.groups._gaps import expected_gap as expected_gap
from coprep.metrics.groups._gaps import fieller_limits as fieller_limits
from coprep.metrics.groups._gaps import gap_interval as gap_interval
from coprep.metrics.groups._gaps import largest_t as largest_t
from coprep.metrics.groups._gaps import ratio_gap_interval as ratio_gap_interval
from coprep.metrics.groups._group_means import GroupEstimates as GroupEstimates
from coprep.metrics.groups._group_means import group_means as group_means
from coprep.metrics.groups._pairs import log_ratio_z as log_ratio_z
from coprep.metrics.groups._pairs import rate_difference_interval as rate_difference_interval
from coprep.metrics.groups._pairs import rate_ratio_interval as rate_ratio_interval
from coprep.metrics.groups._pairs import two_proportion_z as two_proportion_z
from coprep.metrics.groups._pairs import two_rate_p_value as two_rate_p_value
from coprep.metrics.groups._ranking import GroupExposure as GroupExposure
from coprep.metrics.groups._ranking import expected_normalised_kl as expected_normalised_kl
from coprep.metrics.groups._ranking import exposure_by_group as exposure_by_group
from coprep.metrics.groups._ranking import normalised_kl as normalised_kl
from coprep.metrics.groups._ranking import position_exposure as position_exposure
from coprep.metrics.groups._ranking import rank_positions as rank_positions
from coprep.metrics.groups._ranking import skew_at_k as skew_at_k
from coprep.metrics.groups._ranking import top_k_share as top_k_share
from coprep.metrics.groups._rate_moments import added_observations as added_observations
from coprep.metrics.groups._rate_moments import agresti_caffo_moments as agresti_caffo_moments
from coprep.metrics.groups._rate_moments import effective_size as effective_size
from coprep.metrics.groups._rate_moments import linearised_variance as linearised_variance
from coprep.metrics.groups._rate_moments import log_ratio_moments as log_ratio_moments
from coprep.metrics.groups._rate_moments import wilson_bounds as wilson_bounds
from coprep.metrics.groups._regression import RegressionError as RegressionError
from coprep.metrics.groups._regression import regression_errors as regression_errors
from coprep.metrics.groups._scores import abroca as abroca
from coprep.metrics.groups._scores import auc_by_group as auc_by_group
from coprep.metrics.groups._scores import brier_by_group as brier_by_group
from coprep.metrics.groups._scores import kolmogorov_smirnov as kolmogorov_smirnov
from coprep.metrics.groups._scores import log_loss_by_group as log_loss_by_group
from coprep.metrics.groups._scores import roc_points as roc_points
from coprep.metrics.groups._scores import wasserstein_distance as wasserstein_distance
from coprep.metrics.groups._stratified import StratifiedTest as StratifiedTest
from coprep.metrics.groups._stratified import breslow_day_test as breslow_day_test
from coprep.metrics.groups._stratified import (
    cochran_mantel_haenszel_test as cochran_mantel_haenszel_test,
)
from coprep.metrics.groups._stratified import (
    mantel_haenszel_odds_ratio as mantel_haenszel_odds_ratio,
)
from coprep.metrics.groups._stratified import (
    mantel_haenszel_risk_difference as mantel_haenszel_risk_difference,
)
from coprep.metrics.groups._stratified import (
    mantel_haenszel_risk_ratio as mantel_haenszel_risk_ratio,
)
from coprep.metrics.groups._subgroups import SubgroupScan as SubgroupScan
from coprep.metrics.groups._subgroups import scan_subgroups as scan_subgroups
from coprep.metrics.groups._subgroups import subgroup_violations as subgroup_violations
from coprep.metrics.groups._two_shares import ConditionalOddsRatio as ConditionalOddsRatio
from coprep.metrics.groups._two_shares import conditional_odds_ratio as conditional_odds_ratio
from coprep.metrics.groups._two_shares import fisher_test as fisher_test
from coprep.metrics.groups._two_shares import newcombe_interval as newcombe_interval
from coprep.metrics.groups._two_shares import share_ratio_interval as share_ratio_interval
from coprep.metrics.groups._two_shares import two_share_test as two_share_test
from coprep.metrics.inference._bootstrap import Jackknife as Jackknife
from coprep.metrics.inference._bootstrap import cell_bootstrap as cell_bootstrap
from coprep.metrics.inference._bootstrap import cluster_bootstrap as cluster_bootstrap
from coprep.metrics.inference._bootstrap import jackknife as jackknife
from coprep.metrics.inference._clustered import ClusteredFit as ClusteredFit
from coprep.metrics.inference._clustered import clustered_mean as clustered_mean
from coprep.metrics.inference._clustered import clustered_ols as clustered_ols
from coprep.metrics.inference._clustered import clustered_slope as clustered_slope
from coprep.metrics.inference._clustered_logit import ClusteredLogit as ClusteredLogit
from coprep.metrics.inference._clustered_logit import clustered_logit as clustered_logit
from coprep.metrics.inference._clustered_logit import exchangeable_logit as exchangeable_logit
from coprep.metrics.inference._conditional_logit import ConditionalLogit as ConditionalLogit
from coprep.metrics.inference._conditional_logit import conditional_logit as conditional_logit
from coprep.metrics.inference._multiplicity import adjust_p_values as adjust_p_values
from coprep.metrics.inference._multiplicity import e_bh as e_bh
from coprep.metrics.inference._permutation import arrangements as arrangements
from coprep.metrics.inference._permutation import lookup_sums as lookup_sums
from coprep.metrics.inference._permutation import lookup_test as lookup_test
from coprep.metrics.inference._permutation import permutation_test as permutation_test
from coprep.metrics.inference._permutation import permute_within as permute_within
from coprep.metrics.inference._resampling import ResamplingTest as ResamplingTest
from coprep.metrics.inference._resampling import monte_carlo_p as monte_carlo_p
from coprep.metrics.inference._resampling import sign_flip_test as sign_flip_test
from coprep.metrics.inference._shrinkage import ShrunkScores as ShrunkScores
from coprep.metrics.inference._shrinkage import beta_binomial_shrinkage as beta_binomial_shrinkage
from coprep.metrics.inference._shrinkage import between_interval as between_interval
from coprep.metrics.inference._shrinkage import normal_shrinkage as normal_shrinkage
from coprep.metrics.inference._shrinkage import random_intercepts as random_intercepts
from coprep.metrics.inference._survival import CoxFit as CoxFit
from coprep.metrics.inference._survival import KaplanMeier as KaplanMeier
from coprep.metrics.inference._survival import LogRank as LogRank
from coprep.metrics.inference._survival import cox_regression as cox_regression
from coprep.metrics.inference._survival import kaplan_meier as kaplan_meier
from coprep.metrics.inference._survival import log_rank as log_rank
from coprep.metrics.participation._association import Homophily as Homophily
from coprep.metrics.participation._association import TableAssociation as TableAssociation
from coprep.metrics.participation._association import homophily as homophily
from coprep.metrics.participation._association import location_quotients as location_quotients
from coprep.metrics.participation._association import mixing_counts as mixing_counts
from coprep.metrics.participation._association import table_association as table_association
from coprep.metrics.participation._own_benefit import BlockedMatching as BlockedMatching
from coprep.metrics.participation._own_benefit import OwnBenefit as OwnBenefit
from coprep.metrics.participation._own_benefit import benefit_concentration as benefit_concentration
from coprep.metrics.participation._own_benefit import blocked_matching as blocked_matching
from coprep.metrics.participation._own_benefit import idea_breadth as idea_breadth
from coprep.metrics.participation._own_benefit import mixed_blocks as mixed_blocks
from coprep.metrics.participation._own_benefit import own_benefit as own_benefit
from coprep.metrics.participation._r_indicators import AggregateRIndicator as AggregateRIndicator
from coprep.metrics.participation._r_indicators import PartialRIndicator as PartialRIndicator
from coprep.metrics.participation._r_indicators import RIndicator as RIndicator
from coprep.metrics.participation._r_indicators import (
    aggregate_r_indicator as aggregate_r_indicator,
)
from coprep.metrics.participation._r_indicators import partial_r_indicator as partial_r_indicator
from coprep.metrics.participation._r_indicators import r_indicator as r_indicator
from coprep.metrics.participation._words import DistinctiveWords as DistinctiveWords
from coprep.metrics.participation._words import WordRates as WordRates
from coprep.metrics.participation._words import distinctive_words as distinctive_words
from coprep.metrics.participation._words import log_odds_prior as log_odds_prior
from coprep.metrics.participation._words import nominal_alpha as nominal_alpha
from coprep.metrics.participation._words import words_per_hundred as words_per_hundred
from coprep.metrics.planning._power import PeopleNeeded as PeopleNeeded
from coprep.metrics.planning._power import absence_informative_n as absence_informative_n
from coprep.metrics.planning._power import approximate_people_needed as approximate_people_needed
from coprep.metrics.planning._power import critical_count as critical_count
from coprep.metrics.planning._power import detectable_ratio as detectable_ratio
from coprep.metrics.planning._power import detectable_share as detectable_share
from coprep.metrics.planning._power import people_needed as people_needed
from coprep.metrics.planning._power import shortfall_power as shortfall_power
from coprep.metrics.planning._power import verdict_critical_count as verdict_critical_count
from coprep.metrics.planning._recruiting import Recruits as Recruits
from coprep.metrics.planning._recruiting import recruits_for_all as recruits_for_all
from coprep.metrics.planning._recruiting import recruits_needed as recruits_needed
from coprep.metrics.planning._seats import target_seats as target_seats
from coprep.metrics.shares._baseline_error import baseline_z_test as baseline_z_test
from coprep.metrics.shares._baseline_error import fieller_ratio as fieller_ratio
from coprep.metrics.shares._baseline_error import log_delta_ratio as log_delta_ratio
from coprep.metrics.shares._baseline_error import mover_difference as mover_difference
from coprep.metrics.shares._baseline_error import mover_ratio as mover_ratio
from coprep.metrics.shares._baseline_error import ratio_statistic as ratio_statistic
from coprep.metrics.shares._baseline_error import ratio_test as ratio_test
from coprep.metrics.shares._baseline_error import (
    standard_error_log_ratio as standard_error_log_ratio,
)
from coprep.metrics.shares._dissimilarity import DissimilarityTest as DissimilarityTest
from coprep.metrics.shares._dissimilarity import dissimilarity_test as dissimilarity_test
from coprep.metrics.shares._dissimilarity import expected_dissimilarity as expected_dissimilarity
from coprep.metrics.shares._dissimilarity import mean_absolute_deviation as mean_absolute_deviation
from coprep.metrics.shares._distances import bhattacharyya_coefficient as bhattacharyya_coefficient
from coprep.metrics.shares._distances import chi_square_divergence as chi_square_divergence
from coprep.metrics.shares._distances import dissimilarity as dissimilarity
from coprep.metrics.shares._distances import euclidean_distance as euclidean_distance
from coprep.metrics.shares._distances import gallagher_index as gallagher_index
from coprep.metrics.shares._distances import hellinger_distance as hellinger_distance
from coprep.metrics.shares._distances import jeffreys_divergence as jeffreys_divergence
from coprep.metrics.shares._distances import jensen_shannon_divergence as jensen_shannon_divergence
from coprep.metrics.shares._distances import kl_divergence as kl_divergence
from coprep.metrics.shares._distances import largest_difference as largest_difference
from coprep.metrics.shares._distances import (
    participation_ratio_evenness as participation_ratio_evenness,
)
from coprep.metrics.shares._distances import proportional_similarity as proportional_similarity
from coprep.metrics.shares._distances import rose_index as rose_index
from coprep.metrics.shares._equivalence import BandTests as BandTests
from coprep.metrics.shares._equivalence import equivalence_test as equivalence_test
from coprep.metrics.shares._equivalence import margin_verdict as margin_verdict
from coprep.metrics.shares._equivalence import ratio_band_test as ratio_band_test
from coprep.metrics.shares._finite_population import FairDraw as FairDraw
from coprep.metrics.shares._finite_population import fair_draw as fair_draw
from coprep.metrics.shares._finite_population import (
    finite_equivalence_test as finite_equivalence_test,
)
from coprep.metrics.shares._finite_population import (
    finite_population_factor as finite_population_factor,
)
from coprep.metrics.shares._finite_population import group_size_interval as group_size_interval
from coprep.metrics.shares._finite_population import hypergeometric_test as hypergeometric_test
from coprep.metrics.shares._furthest import furthest_pair as furthest_pair
from coprep.metrics.shares._goodness_of_fit import GoodnessOfFit as GoodnessOfFit
from coprep.metrics.shares._goodness_of_fit import chi_square_test as chi_square_test
from coprep.metrics.shares._goodness_of_fit import cohens_w as cohens_w
from coprep.metrics.shares._goodness_of_fit import cohens_w_interval as cohens_w_interval
from coprep.metrics.shares._goodness_of_fit import exact_multinomial_test as exact_multinomial_test
from coprep.metrics.shares._goodness_of_fit import g_test as g_test
from coprep.metrics.shares._goodness_of_fit import (
    monte_carlo_multinomial_test as monte_carlo_multinomial_test,
)
from coprep.metrics.shares._in_line import smallest_n_in_line as smallest_n_in_line
from coprep.metrics.shares._proportions import korn_graubard_interval as korn_graubard_interval
from coprep.metrics.shares._proportions import log_disparity_interval as log_disparity_interval
from coprep.metrics.shares._proportions import proportion_interval as proportion_interval
from coprep.metrics.shares._proportions import ratio_interval as ratio_interval
from coprep.metrics.shares._ratios import adjusted_residual as adjusted_residual
from coprep.metrics.shares._ratios import log_disparity as log_disparity
from coprep.metrics.shares._ratios import log_ratio as log_ratio
from coprep.metrics.shares._ratios import normalised_parity as normalised_parity
from coprep.metrics.shares._ratios import odds_ratio as odds_ratio
from coprep.metrics.shares._ratios import partial_cv as partial_cv
from coprep.metrics.shares._ratios import pearson_residual as pearson_residual
from coprep.metrics.shares._ratios import relative_difference as relative_difference
from coprep.metrics.shares._ratios import representation_ratio as representation_ratio
from coprep.metrics.shares._ratios import share_difference as share_difference
from coprep.metrics.shares._ratios import shortfall_people as shortfall_people
from coprep.metrics.shares._share_tests import binomial_test as binomial_test
from coprep.metrics.shares._share_tests import likelihood_ratio_test as likelihood_ratio_test
from coprep.metrics.shares._share_tests import mid_p_test as mid_p_test
from coprep.metrics.shares._share_tests import score_test as score_test
from coprep.metrics.shares._simultaneous import simultaneous_intervals as simultaneous_intervals
from coprep.metrics.shares._uncertain_baseline import baseline_tails as baseline_tails
from coprep.metrics.shares._unknowns import (
    conservative_bounds_interval as conservative_bounds_interval,
)
from coprep.metrics.shares._unknowns import imbens_manski_interval as imbens_manski_interval
from coprep.metrics.shares._unknowns import parity_among_unknown as parity_among_unknown
from coprep.metrics.shares._unknowns import share_bounds as share_bounds
from coprep.metrics.shares._unknowns import sign_identified as sign_identified
from coprep.metrics.spread._equal_chance import EqualChance as EqualChance
from coprep.metrics.spread._equal_chance import equal_chance as equal_chance
from coprep.metrics.spread._evenness import evenness_atkinson as evenness_atkinson
from coprep.metrics.spread._evenness import evenness_correlation_ratio as evenness_correlation_ratio
from coprep.metrics.spread._evenness import evenness_dissimilarity as evenness_dissimilarity
from coprep.metrics.spread._evenness import evenness_gini as evenness_gini
from coprep.metrics.spread._evenness import evenness_information as evenness_information
from coprep.metrics.spread._evenness import evenness_interaction as evenness_interaction
from coprep.metrics.spread._evenness import evenness_isolation as evenness_isolation
from coprep.metrics.spread._evenness import multigroup_dissimilarity as multigroup_dissimilarity
from coprep.metrics.spread._evenness import multigroup_diversity as multigroup_diversity
from coprep.metrics.spread._evenness import multigroup_exposure as multigroup_exposure
from coprep.metrics.spread._evenness import multigroup_information as multigroup_information
from coprep.metrics.spread._evenness import (
    multigroup_simpson_interaction as multigroup_simpson_interaction,
)
from coprep.metrics.spread._inequality import InequalityParts as InequalityParts
from coprep.metrics.spread._inequality import atkinson as atkinson
from coprep.metrics.spread._inequality import coefficient_of_variation as coefficient_of_variation
from coprep.metrics.spread._inequality import effective_number as effective_number
from coprep.metrics.spread._inequality import generalized_entropy as generalized_entropy
from coprep.metrics.spread._inequality import generalized_entropy_parts as generalized_entropy_parts
from coprep.metrics.spread._inequality import gini as gini
from coprep.metrics.spread._inequality import herfindahl as herfindahl
from coprep.metrics.spread._inequality import lorenz_curve as lorenz_curve
from coprep.metrics.spread._inequality import mean_log_deviation as mean_log_deviation
from coprep.metrics.spread._inequality import theil as theil
from coprep.metrics.spread._inequality import top_share as top_share
from coprep.metrics.votes._consensus import Bridging as Bridging
from coprep.metrics.votes._consensus import CrossGroupSupport as CrossGroupSupport
from coprep.metrics.votes._consensus import GroupInformed as GroupInformed
from coprep.metrics.votes._consensus import bridging_scores as bridging_scores
from coprep.metrics.votes._consensus import cross_group_support as cross_group_support
from coprep.metrics.votes._consensus import group_informed as group_informed
from coprep.metrics.votes._fixed_margins import fixed_margin_draws as fixed_margin_draws
from coprep.metrics.votes._fixed_margins import fixed_margin_matrices as fixed_margin_matrices
from coprep.metrics.votes._fixed_margins import fixed_margin_test as fixed_margin_test
from coprep.metrics.votes._informative import informative_cells as informative_cells
from coprep.metrics.votes._own_rating import OwnRating as OwnRating
from coprep.metrics.votes._own_rating import count_p_value as count_p_value
from coprep.metrics.votes._own_rating import own_rating_excess as own_rating_excess
from coprep.metrics.votes._two_way import TwoWayFit as TwoWayFit
from coprep.metrics.votes._two_way import TwoWayLogit as TwoWayLogit
from coprep.metrics.votes._two_way import two_way_additive as two_way_additive
from coprep.metrics.votes._two_way import two_way_logit as two_way_logit
from coprep.metrics.votes._two_way import two_way_residuals as two_way_residuals
from coprep.metrics.votes._voting import GroupOutcome as GroupOutcome
from coprep.metrics.votes._voting import UnderservedCoalition as UnderservedCoalition
from coprep.metrics.votes._voting import equal_shares as equal_shares
from coprep.metrics.votes._voting import equal_split as equal_split
from coprep.metrics.votes._voting import group_outcome as group_outcome
from coprep.metrics.votes._voting import underserved_coalitions as underserved_coalitions
from coprep.metrics.weighting._design_effects import effective_share_n as effective_share_n
from coprep.metrics.weighting._design_effects import kish_design_effect as kish_design_effect
from coprep.metrics.weighting._design_effects import kish_effective_n as kish_effective_n
from coprep.metrics.weighting._design_effects import weighted_share as weighted_share
from coprep.metrics.weighting._margin_of_error import moe_at as moe_at
from coprep.metrics.weighting._margin_of_error import moe_cv as moe_cv
from coprep.metrics.weighting._margin_of_error import moe_product as moe_product
from coprep.metrics.weighting._margin_of_error import moe_ratio as moe_ratio
from coprep.metrics.weighting._margin_of_error import moe_share as moe_share
from coprep.metrics.weighting._margin_of_error import moe_share_fell_back as moe_share_fell_back
from coprep.metrics.weighting._margin_of_error import moe_sum as moe_sum
from coprep.metrics.weighting._margin_of_error import moe_to_se as moe_to_se
from coprep.metrics.weighting._margin_of_error import rounding_se as rounding_se
from coprep.metrics.weighting._rao_scott import RaoScottTest as RaoScottTest
from coprep.metrics.weighting._rao_scott import rao_scott_test as rao_scott_test
from coprep.metrics.weighting._rao_scott import shares_of_totals as shares_of_totals
