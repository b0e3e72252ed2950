/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of adtls-cli. Each takes its own command line, argv[0] being
 * its name, and returns the exit status. */
#ifndef ADTLS_CLI_COMMANDS_H
#define ADTLS_CLI_COMMANDS_H

int connect_command(int argc, char **argv);
int serve_command(int argc, char **argv);
int priorities_command(int argc, char **argv);
int policy_command(int argc, char **argv);
int reasons_command(int argc, char **argv);

#endif
