/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing the figures down. */
#include "bench_report.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "bench_check.h"
#include "bench_libraries.h"
#include "bench_rate.h"

static const char *const column_keys[BENCH_COLUMNS] = {
	[BENCH_ADTLS] = "adtls",     [BENCH_GNUTLS] = "gnutls",
	[BENCH_OPENSSL] = "openssl", [BENCH_WOLFSSL] = "wolfssl",
	[BENCH_BOUND] = "bound",
};

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

/* adtls beside another column; false if one of them has no value. */
static bool ratio(const struct bench_figure *figure, size_t column,
		  double *out)
{
	const struct bench_value *own = &figure->values[BENCH_ADTLS];
	const struct bench_value *other = &figure->values[column];

	if (!own->is_known || !other->is_known || other->median <= 0)
		return false;
	*out = own->median / other->median;
	return true;
}

static void print_ratio(const struct bench_figure *figure, size_t column)
{
	double value;

	if (ratio(figure, column, &value))
		printf(" %7.2f", value);
	else
		printf(" %7s", "-");
}

static void print_value(const struct bench_value *value)
{
	if (value->is_known)
		printf(" %10.0f", value->median);
	else
		printf(" %10s", "-");
}

static void print_head(const struct bench_report *report)
{
	printf("key exchange by %s; one core; medians of %d rounds; lines with "
	       "+ are better when higher\n\n%-46s %-10s",
	       report->group, BENCH_ROUNDS, "", "unit");
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		if (bench_libraries[i] != NULL)
			printf(" %10s", bench_libraries[i]->name);
	}
	printf(" %10s %7s %7s\n", "primitives", "/GnuTLS", "/prim.");
}

void bench_report_print(const struct bench_report *report)
{
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		if (bench_libraries[i] != NULL)
			printf("%s %s, DTLS 1.%d\n", bench_libraries[i]->name,
			       bench_libraries[i]->version(),
			       i == BENCH_ADTLS ? 3 : 2);
		else
			printf("built without %s\n", column_keys[i]);
	}
	print_head(report);
	for (size_t i = 0; i < report->figure_count; i++) {
		const struct bench_figure *figure = &report->figures[i];

		printf("%-44s %c %-10s", figure->name,
		       figure->is_better_higher ? '+' : ' ', figure->unit);
		for (size_t j = 0; j < BENCH_COLUMNS; j++) {
			if (j == BENCH_BOUND || bench_libraries[j] != NULL)
				print_value(&figure->values[j]);
		}
		print_ratio(figure, BENCH_GNUTLS);
		print_ratio(figure, BENCH_BOUND);
		putchar('\n');
	}
}

static json_t *json_of_value(const struct bench_value *value)
{
	if (!value->is_known)
		return json_null();
	return json_pack("{s:f, s:f, s:f}", "median", value->median, "lowest",
			 value->lowest, "highest", value->highest);
}

static json_t *json_of_ratio(const struct bench_figure *figure, size_t column)
{
	double value;

	return ratio(figure, column, &value) ? json_real(value) : json_null();
}

static json_t *json_of_figure(const struct bench_figure *figure)
{
	json_t *object = json_pack(
		"{s:s, s:s, s:o, s:o}", "unit", figure->unit, "better",
		figure->is_better_higher ? "higher" : "lower", "ratio",
		json_of_ratio(figure, BENCH_GNUTLS), "bound_ratio",
		json_of_ratio(figure, BENCH_BOUND));

	for (size_t i = 0; i < BENCH_COLUMNS; i++)
		json_object_set_new(object, column_keys[i],
				    json_of_value(&figure->values[i]));
	return object;
}

/* "adtls_version" and the like; null for a library that is not there. */
static void add_versions(json_t *root)
{
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		char key[32];

		snprintf(key, sizeof(key), "%s_version", column_keys[i]);
		json_object_set_new(
			root, key,
			bench_libraries[i] != NULL ?
				json_string(bench_libraries[i]->version()) :
				json_null());
	}
}

void bench_report_print_json(const struct bench_report *report)
{
	json_t *figures = json_object();
	json_t *root;

	for (size_t i = 0; i < report->figure_count; i++)
		json_object_set_new(figures, report->figures[i].name,
				    json_of_figure(&report->figures[i]));
	root = json_pack("{s:i, s:s, s:f, s:i, s:o}", "format", 1, "group",
			 report->group, "seconds", report->seconds, "rounds",
			 BENCH_ROUNDS, "figures", figures);
	add_versions(root);
	bench_check(root != NULL &&
			    json_dumpf(root, stdout,
				       JSON_INDENT(2) |
					       JSON_REAL_PRECISION(6)) == 0,
		    "cannot write JSON");
	putchar('\n');
	json_decref(root);
}
