/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An orderly end when the user, or the system, asks for one. */
#ifndef ADTLS_CLI_STOPPING_H
#define ADTLS_CLI_STOPPING_H

/* From here on SIGINT and SIGTERM end nothing, but make a descriptor readable.
 * Returns: the descriptor, for poll(). */
int cli_stopping_fd(void);

#endif
