/* main.c - the program: arguments go to the command line room, its exit code goes out. */

int main(void)
{
    return 0;
}
