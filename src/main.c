/* main.c - the program: arguments go to the command line room, its exit code goes out. */

#include <unistd.h>

#include "cli/cli.h"

int main(int count, char **arguments)
{
    return tp_cli_main(arguments + (count > 0), environ);
}
