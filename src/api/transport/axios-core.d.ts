// Types of the build of axios without its own clients, of which the package has none.
declare module "axios/dist/browser/axios.cjs" {
  export { Axios } from "axios";
}
