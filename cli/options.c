/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads command lines by their tables with getopt_long(). */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any command has. */
#define OPTIONS_MAX 64

/* Where help texts begin, as wide as the longest option is. */
#define HELP_COLUMN 26

/* What getopt_long() returns for --help; others are places in the list. */
#define HELP OPTIONS_MAX

/* Each option of a command with its target. */
struct option_list {
	const struct cli_option *options[OPTIONS_MAX];
	void *targets[OPTIONS_MAX];
	struct option known[OPTIONS_MAX + 2];
	size_t count;
};

void cli_fail(enum cli_status status, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit((int)status);
}

static void __attribute__((noreturn))
point_at_help(const struct cli_usage *usage)
{
	fprintf(stderr, "Try '%s --help'.\n", usage->program);
	exit(CLI_USAGE);
}

void cli_usage_fail(const struct cli_usage *usage, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", usage->program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	point_at_help(usage);
}

unsigned long cli_number(const char *option, const char *text,
			 unsigned long min, unsigned long max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 ||
	    number < min || number > max)
		cli_fail(CLI_USAGE, "%s: \"%s\" is not %lu to %lu", option,
			 text, min, max);
	return number;
}

static void print_option(const char *name, const char *argument,
			 const char *help)
{
	int width = printf("  --%s%s%s", name, argument != NULL ? " " : "",
			   argument != NULL ? argument : "");

	/* Two spaces at least, else the text begins on a line of its own. */
	if (width > HELP_COLUMN - 2)
		width = printf("\n") - 1;
	while (*help != '\0') {
		size_t len = strcspn(help, "\n");

		printf("%*s%.*s\n", HELP_COLUMN - width, "", (int)len, help);
		help += help[len] == '\n' ? len + 1 : len;
		width = 0;
	}
}

static void __attribute__((noreturn)) print_help(const struct cli_usage *usage)
{
	printf("Usage: %s%s%s\n%s\n", usage->program,
	       *usage->synopsis != '\0' ? " " : "", usage->synopsis,
	       usage->purpose);
	for (size_t i = 0; i < CLI_SECTIONS_MAX; i++) {
		const struct cli_section *section = &usage->sections[i];

		if (section->options == NULL)
			break;
		if (section->title != NULL)
			printf("\n%s:\n", section->title);
		for (const struct cli_option *option = section->options;
		     option->name != NULL; option++)
			print_option(option->name, option->argument,
				     option->help);
	}
	printf("\n");
	print_option("help", NULL, "print this");
	if (usage->epilogue != NULL)
		printf("\n%s\n", usage->epilogue);
	exit(CLI_DONE);
}

static void list_option(struct option_list *list,
			const struct cli_option *option, void *target)
{
	if (list->count == OPTIONS_MAX)
		abort();
	list->options[list->count] = option;
	list->targets[list->count] = target;
	list->known[list->count] = (struct option){
		.name = option->name,
		.has_arg = option->argument != NULL,
		.val = (int)list->count,
	};
	list->count++;
}

static void list_options(const struct cli_usage *usage, struct option_list *out)
{
	*out = (struct option_list){ 0 };
	for (size_t i = 0; i < CLI_SECTIONS_MAX; i++) {
		const struct cli_section *section = &usage->sections[i];

		if (section->options == NULL)
			break;
		for (const struct cli_option *option = section->options;
		     option->name != NULL; option++)
			list_option(out, option, section->target);
	}
	out->known[out->count] = (struct option){ .name = "help", .val = HELP };
}

/* The last one wins if an option is given twice: scripts add to a line. */
static void take(const struct option_list *list, int place)
{
	const struct cli_option *option = list->options[place];
	char *member = (char *)list->targets[place] + option->offset;

	if (option->argument == NULL)
		*(bool *)member = true;
	else
		*(const char **)member = optarg;
}

int cli_options_read(const struct cli_usage *usage, int argc, char **argv,
		     char ***out_operands)
{
	/* getopt_long() begins its complaints with argv[0]. */
	char program[64];
	struct option_list list;
	int place;

	snprintf(program, sizeof(program), "%s", usage->program);
	argv[0] = program;
	list_options(usage, &list);
	while ((place = getopt_long(argc, argv, "", list.known, NULL)) != -1) {
		if (place == HELP)
			print_help(usage);
		if (place == '?')
			point_at_help(usage);
		take(&list, place);
	}
	*out_operands = argv + optind;
	if (argc - optind > usage->operands_max)
		cli_usage_fail(usage, "\"%s\" is one too many",
			       argv[optind + usage->operands_max]);
	if (argc - optind < usage->operands_min)
		cli_usage_fail(usage, "something is missing: %s",
			       usage->synopsis);
	return argc - optind;
}
