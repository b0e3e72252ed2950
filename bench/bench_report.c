/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing the figures down. */
#include "bench_report.h"

#include <adtls/version.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "bench_check.h"
#include "bench_rate.h"

struct bench_figure *bench_report_add(struct bench_report *report,
				      const char *unit, bool is_better_higher,
				      const char *name, ...)
{
	struct bench_figure *figure;
	va_list arguments;

	bench_check(report->figure_count < BENCH_FIGURES_MAX,
		    "too many figures");
	figure = &report->figures[report->figure_count++];
	*figure = (struct bench_figure){ .unit = unit,
					 .is_better_higher = is_better_higher };
	va_start(arguments, name);
	vsnprintf(figure->name, sizeof(figure->name), name, arguments);
	va_end(arguments);
	return figure;
}

struct bench_value bench_value_exact(double number)
{
	return (struct bench_value){ true, number, number, number };
}

static bool has_ratio(const struct bench_figure *figure)
{
	return figure->values[BENCH_ADTLS].is_known &&
	       figure->values[BENCH_GNUTLS].is_known &&
	       figure->values[BENCH_GNUTLS].median > 0;
}

static double ratio(const struct bench_figure *figure)
{
	return figure->values[BENCH_ADTLS].median /
	       figure->values[BENCH_GNUTLS].median;
}

static void print_value(const struct bench_value *value)
{
	if (value->is_known)
		printf(" %10.0f", value->median);
	else
		printf(" %10s", "-");
}

void bench_report_print(const struct bench_report *report)
{
	printf("adtls %s, DTLS 1.3, beside GnuTLS %s, DTLS 1.2, key exchange "
	       "by %s\n"
	       "one core; medians of %d rounds; a ratio above 1 is good in "
	       "lines with +, bad in others\n\n",
	       adtls_check_version(NULL), gnutls_check_version(NULL),
	       report->group, BENCH_ROUNDS);
	printf("%-46s %-10s %10s %10s %7s\n", "", "unit", "adtls", "GnuTLS",
	       "ratio");
	for (size_t i = 0; i < report->figure_count; i++) {
		const struct bench_figure *figure = &report->figures[i];

		printf("%-44s %c %-10s", figure->name,
		       figure->is_better_higher ? '+' : ' ', figure->unit);
		print_value(&figure->values[BENCH_ADTLS]);
		print_value(&figure->values[BENCH_GNUTLS]);
		if (has_ratio(figure))
			printf(" %7.2f\n", ratio(figure));
		else
			printf(" %7s\n", "-");
	}
}

static json_t *json_of_value(const struct bench_value *value)
{
	if (!value->is_known)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "median", value->median, "lowest",
			 value->lowest, "highest", value->highest);
}

static json_t *json_of_figure(const struct bench_figure *figure)
{
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o}", "unit", figure->unit, "better",
		figure->is_better_higher ? "higher" : "lower", "adtls",
		json_of_value(&figure->values[BENCH_ADTLS]), "gnutls",
		json_of_value(&figure->values[BENCH_GNUTLS]), "ratio",
		has_ratio(figure) ? json_real(ratio(figure)) : json_null());
}

void bench_report_print_json(const struct bench_report *report)
{
	json_t *figures = json_object();
	json_t *root;

	for (size_t i = 0; i < report->figure_count; i++)
		json_object_set_new(figures, report->figures[i].name,
				    json_of_figure(&report->figures[i]));
	root = json_pack("{s:i, s:s, s:s, s:s, s:f, s:i, s:o}", "format", 1,
			 "adtls_version", adtls_check_version(NULL),
			 "gnutls_version", gnutls_check_version(NULL),
			 "group", report->group, "seconds", report->seconds,
			 "rounds", BENCH_ROUNDS, "figures", figures);
	bench_check(root != NULL &&
			    json_dumpf(root, stdout,
				       JSON_INDENT(2) |
					       JSON_REAL_PRECISION(6)) == 0,
		    "cannot write JSON");
	putchar('\n');
	json_decref(root);
}
