/* Runs a fuzz target over the files given, for builds without libFuzzer: the corpus as a regression
 * test. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

static int replay(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size;
    uint8_t *copy;

    if (!file) {
        perror(path);
        return -1;
    }
    size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    copy = exact_copy(bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (replay(argv[i]) != 0)
            return EXIT_FAILURE;
    printf("%d inputs\n", argc - 1);
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
