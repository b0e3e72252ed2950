/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target on files: without arguments on its corpus and its
 * reproducers, as one TAP test each; with arguments on these files. It stands in
 * for libFuzzer's main where there is none. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (1 << 20)

/* In memory of just its size, so that a sanitizer sees reads beyond it. */
static bool run_file(const char *path)
{
	static uint8_t room[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *input;
	size_t len;

	if (file == NULL)
		return false;
	len = fread(room, 1, sizeof(room), file);
	fclose(file);
	input = malloc(len + 1);
	if (input == NULL)
		return false;
	memcpy(input + 1, room, len);
	/* Whoever reads the log of a crash learns which input it was. */
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(input + 1, len);
	free(input);
	return true;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Runs a folder's files in the order of their names; -1: one is unreadable. */
static int run_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_input, alphasort);
	bool ok = true;

	for (int i = 0; i < count; i++) {
		char path[PATH_MAX + NAME_MAX + 2];

		snprintf(path, sizeof(path), "%s/%s", folder,
			 entries[i]->d_name);
		ok = run_file(path) && ok;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ok ? count : -1;
}

/* The target's name: the program's without "fuzz_". */
static const char *target_of(const char *program)
{
	const char *name = strrchr(program, '/');

	name = name != NULL ? name + 1 : program;
	return strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
}

/* A corpus is never empty; reproducers there may be none of. */
static bool run_tests(const char *target)
{
	static const char *const kinds[] = { "corpus", "reproducers" };
	const char *srcdir = getenv("srcdir");
	bool ok = true;

	printf("1..2\n");
	for (int i = 0; i < 2; i++) {
		char folder[PATH_MAX];
		int count;
		bool passed;

		snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s/%s",
			 srcdir != NULL ? srcdir : ".", kinds[i], target);
		count = run_folder(folder);
		passed = i == 0 ? count > 0 : count != -1 || errno == ENOENT;
		printf("%sok %d - %s: %d inputs\n", passed ? "" : "not ", i + 1,
		       kinds[i], count > 0 ? count : 0);
		ok = ok && passed;
	}
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;

	if (argc == 1)
		return run_tests(target_of(argv[0])) ? EXIT_SUCCESS :
						       EXIT_FAILURE;
	for (int i = 1; i < argc; i++) {
		if (run_file(argv[i]))
			continue;
		perror(argv[i]);
		ok = false;
	}
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
