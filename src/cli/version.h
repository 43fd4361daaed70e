/* cli/version.h - versions of the program and its libraries as JSON, for `version` and `status`. */

#ifndef TP_CLI_VERSION_H
#define TP_CLI_VERSION_H

#include "base/buffer.h"

/* Adds "version": ..., "libraries": {NAME: VERSION}. */
void tp_cli_version_members(tp_buffer *out);

#endif
