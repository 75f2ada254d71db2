//! egui's triangles on the CPU, so that a picture test needs no graphics driver.
//!
//! In: the textures and meshes of a pass. Out: pixels, the same on every machine. Colours are
//! premultiplied and blended in gamma space, as egui's own renderers do. Left out: paint
//! callbacks and mipmaps, which this program does not use.

use std::collections::HashMap;

use eframe::egui::epaint::{ImageDelta, Primitive, Vertex};
use eframe::egui::{self, ClippedPrimitive, Color32, Mesh, Pos2, Rect, TextureId, TexturesDelta};
use image::RgbaImage;

/// One pixel is this many units: corners lie on a grid, so edges that touch leave no gap.
const UNIT: i64 = 256;

type Rgba = [u8; 4];

/// The pixels of one texture.
struct Texture {
    width: usize,
    pixels: Vec<Rgba>,
}

/// A renderer for `egui_kittest`.
#[derive(Default)]
pub struct Soft {
    textures: HashMap<TextureId, Texture>,
}

impl egui_kittest::TestRenderer for Soft {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, images) in delta.set.drain() {
            for image in images {
                self.upload(id, &image);
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(
        &mut self,
        ctx: &egui::Context,
        output: &egui::FullOutput,
    ) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = (ctx.content_rect().size() * scale).round();
        let primitives = ctx.tessellate(output.shapes.clone(), scale);
        Ok(self.paint(size.x as usize, size.y as usize, scale, &primitives))
    }
}

impl Soft {
    fn upload(&mut self, id: TextureId, delta: &ImageDelta) {
        let egui::ImageData::Color(image) = &delta.image;
        let pixels = image.pixels.iter().map(Color32::to_array);
        let [width, height] = image.size;
        let Some([x, y]) = delta.pos else {
            let pixels = pixels.collect();
            self.textures.insert(id, Texture { width, pixels });
            return;
        };
        let texture = self
            .textures
            .get_mut(&id)
            .expect("a part follows the whole");
        let pixels: Vec<Rgba> = pixels.collect();
        for row in 0..height {
            let start = (y + row) * texture.width + x;
            let source = &pixels[row * width..(row + 1) * width];
            texture.pixels[start..start + width].copy_from_slice(source);
        }
    }

    fn paint(
        &self,
        width: usize,
        height: usize,
        scale: f32,
        primitives: &[ClippedPrimitive],
    ) -> RgbaImage {
        let mut canvas = Canvas {
            width,
            pixels: vec![[0, 0, 0, 255]; width * height],
        };
        for primitive in primitives {
            let Primitive::Mesh(mesh) = &primitive.primitive else {
                continue;
            };
            let Some(texture) = self.textures.get(&mesh.texture_id) else {
                continue;
            };
            let clip = Clip::new(primitive.clip_rect, scale, width, height);
            canvas.mesh(mesh, texture, clip, scale);
        }
        let bytes = canvas.pixels.into_flattened();
        RgbaImage::from_raw(width as u32, height as u32, bytes).expect("the sizes agree")
    }
}

impl Texture {
    fn at(&self, x: i64, y: i64) -> Rgba {
        let height = self.pixels.len() / self.width;
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, height as i64 - 1) as usize;
        self.pixels[y * self.width + x]
    }

    /// Bilinear, at texel coordinates.
    fn sample(&self, u: f32, v: f32) -> Rgba {
        let (u, v) = (u - 0.5, v - 0.5);
        let (x, y) = (u.floor(), v.floor());
        let (right, down) = (
            ((u - x) * 256.0).round() as u32,
            ((v - y) * 256.0).round() as u32,
        );
        let (x, y) = (x as i64, y as i64);
        if right == 0 && down == 0 {
            return self.at(x, y);
        }
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| self.at(x + dx, y + dy));
        std::array::from_fn(|i| {
            let [a, b, c, d] = corners.map(|corner| u32::from(corner[i]));
            let above = a * (256 - right) + b * right;
            let below = c * (256 - right) + d * right;
            ((above * (256 - down) + below * down + (1 << 15)) >> 16) as u8
        })
    }
}

/// Whole pixels that may be painted: from, and up to but without, to.
#[derive(Clone, Copy)]
struct Clip {
    from: [i64; 2],
    to: [i64; 2],
}

impl Clip {
    fn new(rect: Rect, scale: f32, width: usize, height: usize) -> Self {
        let pixel = |at: f32, most: usize| ((at * scale).round() as i64).clamp(0, most as i64);
        Self {
            from: [pixel(rect.min.x, width), pixel(rect.min.y, height)],
            to: [pixel(rect.max.x, width), pixel(rect.max.y, height)],
        }
    }
}

/// `e(x, y) = a x + b y + c`, at least 0 inside.
#[derive(Clone, Copy)]
struct Edge {
    a: i64,
    b: i64,
    c: i64,
    /// -1 on edges whose pixels belong to the neighbour: each pixel is painted once.
    bias: i64,
}

impl Edge {
    fn between(p: [i64; 2], q: [i64; 2]) -> Self {
        let (a, b) = (p[1] - q[1], q[0] - p[0]);
        let is_top_left = a > 0 || (a == 0 && b > 0);
        Self {
            a,
            b,
            c: -(a * p[0] + b * p[1]),
            bias: if is_top_left { 0 } else { -1 },
        }
    }

    fn at(self, x: i64, y: i64) -> i64 {
        self.a * x + self.b * y + self.c
    }
}

struct Canvas {
    width: usize,
    pixels: Vec<Rgba>,
}

impl Canvas {
    fn mesh(&mut self, mesh: &Mesh, texture: &Texture, clip: Clip, scale: f32) {
        for corner in mesh.indices.chunks_exact(3) {
            let corners = [0, 1, 2].map(|i| mesh.vertices[corner[i] as usize]);
            self.triangle(corners, texture, clip, scale);
        }
    }

    fn triangle(&mut self, mut corners: [Vertex; 3], texture: &Texture, clip: Clip, scale: f32) {
        let place = |p: Pos2| [p.x, p.y].map(|v| (v * scale * UNIT as f32).round() as i64);
        let mut at = corners.map(|corner| place(corner.pos));
        let area = |at: &[[i64; 2]; 3]| Edge::between(at[0], at[1]).at(at[2][0], at[2][1]);
        if area(&at) < 0 {
            at.swap(1, 2);
            corners.swap(1, 2);
        }
        let area = area(&at);
        let is_clear = corners
            .iter()
            .all(|corner| corner.color == Color32::TRANSPARENT);
        if area == 0 || is_clear {
            return;
        }
        // The edge opposite to each corner weighs that corner.
        let edges = [(1, 2), (2, 0), (0, 1)].map(|(p, q)| Edge::between(at[p], at[q]));
        let shader = Shader::new(&corners, texture, area);
        let ys = at.map(|p| p[1]);
        let top = ys
            .iter()
            .min()
            .map_or(0, |y| y.div_euclid(UNIT))
            .max(clip.from[1]);
        let bottom = ys
            .iter()
            .max()
            .map_or(0, |y| y.div_euclid(UNIT) + 1)
            .min(clip.to[1]);
        for row in top..bottom {
            let y = row * UNIT + UNIT / 2;
            let (from, to) = span(&edges, y, clip);
            // Nothing under an opaque colour shows: most pixels, and the quickest.
            if let Some(solid @ [.., 255]) = shader.solid {
                let start = row as usize * self.width;
                let (from, to) = (from as usize, to.max(from) as usize);
                self.pixels[start + from..start + to].fill(solid);
                continue;
            }
            for column in from..to {
                let x = column * UNIT + UNIT / 2;
                let colour = shader.colour(edges.map(|edge| edge.at(x, y)));
                self.blend(column, row, colour);
            }
        }
    }

    fn blend(&mut self, x: i64, y: i64, source: Rgba) {
        let under = &mut self.pixels[y as usize * self.width + x as usize];
        let rest = 255 - source[3];
        for (under, over) in under.iter_mut().zip(source) {
            *under = over.saturating_add(times(*under, rest));
        }
    }
}

/// The pixels of a row whose middles lie inside all three edges.
fn span(edges: &[Edge; 3], y: i64, clip: Clip) -> (i64, i64) {
    let (mut from, mut to) = (clip.from[0], clip.to[0]);
    for edge in edges {
        // a (UNIT x + UNIT / 2) + rest >= 0
        let rest = edge.b * y + edge.c + edge.bias + edge.a * (UNIT / 2);
        let slope = edge.a * UNIT;
        match slope.signum() {
            1 => from = from.max(-rest.div_euclid(slope)),
            -1 => to = to.min(rest.div_euclid(-slope) + 1),
            _ if rest < 0 => return (0, 0),
            _ => {}
        }
    }
    (from, to)
}

/// 255 times 255 is 255.
fn times(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

/// What colour a triangle has at a point.
struct Shader<'a> {
    texture: &'a Texture,
    uvs: [[f32; 2]; 3],
    colours: [[f32; 4]; 3],
    area: f32,
    /// The same everywhere: most triangles are.
    solid: Option<Rgba>,
}

impl<'a> Shader<'a> {
    fn new(corners: &[Vertex; 3], texture: &'a Texture, area: i64) -> Self {
        let width = texture.width as f32;
        let height = (texture.pixels.len() / texture.width) as f32;
        let [a, b, c] = corners;
        let uvs = corners.map(|corner| [corner.uv.x * width, corner.uv.y * height]);
        let is_flat = a.uv == b.uv && b.uv == c.uv && a.color == b.color && b.color == c.color;
        let solid = is_flat.then(|| {
            let texel = texture.sample(uvs[0][0], uvs[0][1]);
            let colour = a.color.to_array();
            std::array::from_fn(|i| times(texel[i], colour[i]))
        });
        Self {
            texture,
            uvs,
            colours: corners.map(|corner| corner.color.to_array().map(f32::from)),
            area: area as f32,
            solid,
        }
    }

    fn colour(&self, weights: [i64; 3]) -> Rgba {
        if let Some(solid) = self.solid {
            return solid;
        }
        let weights = weights.map(|weight| weight as f32 / self.area);
        let mix = |values: [f32; 3]| {
            let parts = values
                .iter()
                .zip(weights)
                .map(|(value, weight)| value * weight);
            parts.sum::<f32>()
        };
        let texel = self
            .texture
            .sample(mix(self.uvs.map(|uv| uv[0])), mix(self.uvs.map(|uv| uv[1])));
        std::array::from_fn(|i| {
            let colour = mix(self.colours.map(|colour| colour[i]));
            times(texel[i], colour.round().clamp(0.0, 255.0) as u8)
        })
    }
}
