/* Distances of all pairs of eight images' features, as LPIPS has them, and their gradients.

   Features x are [8][pixels][channels], weights w [channels], channels a multiple of 16 up to 64; distances d are [28][pixels], pairs in the
   order (0,1), (0,2), ... (6,7). */
#include <math.h>
#include <stddef.h>

enum { IMAGES = 8, VECTORS = 4 };

typedef float vector __attribute__((vector_size(64), aligned(4)));
typedef vector features[IMAGES][VECTORS];

static inline float sum(vector v)
{
    float total = 0;
    for (int i = 0; i < 16; i++)
        total += v[i];
    return total;
}

/* The features of a pixel, divided by their norms; where all are 0 they stay 0. */
static inline void load(const float *x, size_t pixels, size_t pixel, int channels, features y, float *inverse)
{
    for (int a = 0; a < IMAGES; a++) {
        const float *f = x + (a * pixels + pixel) * channels;
        vector squares = {0};
        for (int k = 0; k < channels / 16; k++) {
            y[a][k] = *(const vector *)(f + 16 * k);
            squares += y[a][k] * y[a][k];
        }
        float norm = sqrtf(sum(squares));
        inverse[a] = norm > 1e-8f ? 1 / (norm + 1e-10f) : 0;
        for (int k = 0; k < channels / 16; k++)
            y[a][k] *= inverse[a];
    }
}

void forward(const float *x, const float *w, size_t pixels, int channels, float *d)
{
    features y;
    float inverse[IMAGES];
    for (size_t pixel = 0; pixel < pixels; pixel++) {
        load(x, pixels, pixel, channels, y, inverse);
        int pair = 0;
        for (int a = 0; a < IMAGES; a++)
            for (int b = a + 1; b < IMAGES; b++) {
                vector total = {0};
                for (int k = 0; k < channels / 16; k++) {
                    vector difference = y[a][k] - y[b][k];
                    total += difference * difference * *(const vector *)(w + 16 * k);
                }
                d[pair++ * pixels + pixel] = sum(total);
            }
    }
}

/* From the gradient g [28][pixels] of the distances, those of x and w. */
void backward(const float *x, const float *w, const float *g, size_t pixels, int channels, float *gx, float *gw)
{
    features y, gy;
    float inverse[IMAGES];
    vector of_w[VECTORS] = {{0}};
    for (size_t pixel = 0; pixel < pixels; pixel++) {
        load(x, pixels, pixel, channels, y, inverse);
        for (int a = 0; a < IMAGES; a++)
            for (int k = 0; k < VECTORS; k++)
                gy[a][k] = (vector){0};
        int pair = 0;
        for (int a = 0; a < IMAGES; a++)
            for (int b = a + 1; b < IMAGES; b++) {
                float gradient = g[pair++ * pixels + pixel];
                for (int k = 0; k < channels / 16; k++) {
                    vector difference = y[a][k] - y[b][k];
                    of_w[k] += gradient * difference * difference;
                    difference *= 2 * gradient * *(const vector *)(w + 16 * k);
                    gy[a][k] += difference;
                    gy[b][k] -= difference;
                }
            }
        for (int a = 0; a < IMAGES; a++) {
            vector dot = {0};
            for (int k = 0; k < channels / 16; k++)
                dot += y[a][k] * gy[a][k];
            float along = sum(dot);
            for (int k = 0; k < channels / 16; k++)
                *(vector *)(gx + (a * pixels + pixel) * channels + 16 * k) = (gy[a][k] - y[a][k] * along) * inverse[a];
        }
    }
    for (int k = 0; k < channels / 16; k++)
        *(vector *)(gw + 16 * k) = of_w[k];
}
